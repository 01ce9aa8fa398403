/*
 * A memory with 64-bit addresses: pointers and `size_t` are `i64`. There is no C library for it, so the allocator is
 * here too.
 *
 * The host owns its arguments: pointers denote as many elements as the size beside them says, aligned for their type.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT(name) __attribute__((export_name(#name)))

/* Memory. The host's `malloc` and `free` are the guest's own too: one count covers both. */

/* In front of every block. The blocks lie one behind the other, from `__heap_base` to the end of the memory. */
typedef struct {
    _Alignas(16) size_t size; /* without this header; a multiple of 16 */
    bool used;
} header;

static const size_t PAGE = 65536;

/* More than any memory has, and far from where the sums below would wrap. */
static const size_t TOO_MUCH = (size_t)1 << 48;

extern header __heap_base[]; /* from the linker, which aligns it to 16 */
static header *heap_end = __heap_base;

static int64_t live;

static header *next(const header *block) {
    return (header *)((char *)(block + 1) + block->size);
}

/* Adds a free block that `size` bytes fit in, or returns false. */
static bool grow(size_t size) {
    char *memory_end = (char *)(__builtin_wasm_memory_size(0) * PAGE);
    size_t room = (size_t)(memory_end - (char *)heap_end); /* only before the first block is there any */
    size_t pages = room >= size + sizeof(header) ? 0 : (size + sizeof(header) - room + PAGE - 1) / PAGE;
    if (pages > 0 && __builtin_wasm_memory_grow(0, pages) == (size_t)-1)
        return false;
    *heap_end = (header){room + pages * PAGE - sizeof(header), false};
    heap_end = next(heap_end);
    return true;
}

/* The first free block that `size` bytes fit in, or null. */
static header *find(size_t size) {
    for (header *block = __heap_base; block < heap_end; block = next(block)) {
        if (block->used)
            continue;
        while (next(block) < heap_end && !next(block)->used)
            block->size += sizeof(header) + next(block)->size;
        if (block->size >= size)
            return block;
    }
    return NULL;
}

/* A multiple of 16, or null. A block even for no bytes. */
EXPORT(malloc) void *counted_malloc(size_t size) {
    if (size >= TOO_MUCH)
        return NULL;
    size = (size + 15) & ~(size_t)15;
    header *block = find(size);
    if (block == NULL) {
        if (!grow(size))
            return NULL;
        block = find(size);
    }
    size_t rest = block->size - size;
    if (rest >= sizeof(header)) {
        block->size = size;
        *next(block) = (header){rest - sizeof(header), false};
    }
    block->used = true;
    live++;
    return block + 1;
}

/* Traps where a block starts that is free. */
EXPORT(free) void counted_free(void *ptr) {
    if (ptr == NULL)
        return;
    header *block = (header *)ptr - 1;
    if (!block->used)
        __builtin_trap();
    block->used = false;
    live--;
}

EXPORT(live_blocks) int64_t live_blocks(void) {
    return live;
}

/* Numbers. */

EXPORT(sum) double sum(const double *values, size_t n) {
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += values[i];
    return total;
}

EXPORT(scale) void scale(float *values, size_t n, float by) {
    for (size_t i = 0; i < n; i++)
        values[i] *= by;
}

/* Text. */

typedef struct {
    char *ptr;
    size_t len;
} slice;

/* By value in C; in wasm the address to write it to is the first parameter. The buffer is the caller's to free. */
EXPORT(reversed) slice reversed(const char *text, size_t n) {
    slice result = {counted_malloc(n), n};
    if (result.ptr == NULL)
        __builtin_trap();
    for (size_t i = 0; i < n; i++)
        result.ptr[i] = text[n - 1 - i];
    return result;
}

/* Static and NUL-terminated. */
EXPORT(name) const char *name(void) {
    return "wide";
}
