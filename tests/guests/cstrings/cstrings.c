/*
 * Text and buffers as C libraries pass them: NUL-terminated, in arrays of structs, through zlib's in-out length, with
 * an error text on the side; and calls with more parameters than tuples have fields in most libraries.
 *
 * The host owns its arguments. What a comment calls the caller's was allocated here and goes to `free`.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(#name)))

/* Memory. The host's `malloc` and `free` are these two, and so are the guest's own: one count covers both. */

/* Signed, so that a block freed twice shows as a count below zero. */
static int32_t live;

EXPORT(malloc) void *counted_malloc(size_t size) {
    void *block = malloc(size);
    if (block != NULL)
        live++;
    return block;
}

EXPORT(free) void counted_free(void *block) {
    if (block != NULL)
        live--;
    free(block);
}

EXPORT(live_blocks) int32_t live_blocks(void) {
    return live;
}

/* For results whose null would mean something else than "out of memory", or nothing. */
static void *malloc_or_trap(size_t size) {
    void *block = counted_malloc(size);
    if (block == NULL)
        __builtin_trap();
    return block;
}

/* NUL-terminated text. */

/* "Hello, NAME": the caller's. */
EXPORT(greet) char *greet(const char *name) {
    static const char hello[] = "Hello, ";
    size_t len = strlen(name);
    char *greeting = malloc_or_trap(sizeof hello + len);
    memcpy(greeting, hello, sizeof hello - 1);
    memcpy(greeting + sizeof hello - 1, name, len + 1);
    return greeting;
}

/* Static: not to be freed. */
EXPORT(version) const char *version(void) {
    return "cstrings 1.0 \xC3\xA9";
}

/* A null result, and why. */

/* The text is static or in `error_buffer`, so it is never freed, and lasts until the next `parse`. */
static const char *error = "";

EXPORT(last_error) const char *last_error(void) {
    return error;
}

EXPORT(last_error_len) size_t last_error_len(void) {
    return strlen(error);
}

static uint32_t *parse_fails(const char *why) {
    error = why;
    return NULL;
}

/* A decimal number: the caller's. Null for any other text, and then `last_error` says why; it is empty otherwise. */
EXPORT(parse) uint32_t *parse(const char *text) {
    static char error_buffer[] = "not a digit: '?'";
    uint32_t number = 0;
    if (*text == '\0')
        return parse_fails("empty");
    for (; *text != '\0'; text++) {
        uint32_t digit = (unsigned char)*text - (uint32_t)'0';
        if (digit > 9) {
            /* A byte above 0x7E would be no text by itself. */
            error_buffer[sizeof error_buffer - 3] = *text >= ' ' && *text <= '~' ? *text : '?';
            return parse_fails(error_buffer);
        }
        if (number > (UINT32_MAX - digit) / 10)
            return parse_fails("too large");
        number = number * 10 + digit;
    }
    error = "";
    uint32_t *result = malloc_or_trap(sizeof *result);
    *result = number;
    return result;
}

/* Lists of strings, which are not NUL-terminated. */

typedef struct {
    const char *ptr;
    size_t len;
} str;

EXPORT(join_len) size_t join_len(const str *items, size_t count) {
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += items[i].len;
    return len;
}

/* The items with ", " between them: the caller's, NUL-terminated. */
EXPORT(join) char *join(const str *items, size_t count) {
    size_t separators = count == 0 ? 0 : 2 * (count - 1);
    char *joined = malloc_or_trap(join_len(items, count) + separators + 1);
    char *end = joined;
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            *end++ = ',';
            *end++ = ' ';
        }
        /* Not even for no bytes may `memcpy` be given null. */
        if (items[i].len > 0)
            memcpy(end, items[i].ptr, items[i].len);
        end += items[i].len;
    }
    *end = '\0';
    return joined;
}

/* Many parameters. Weights that differ tell two that were swapped. */

EXPORT(mix20) int32_t mix20(int32_t a0, int32_t a1, int32_t a2, int32_t a3, int32_t a4, int32_t a5, int32_t a6,
                            int32_t a7, int32_t a8, int32_t a9, int32_t a10, int32_t a11, int32_t a12, int32_t a13,
                            int32_t a14, int32_t a15, int32_t a16, int32_t a17, int32_t a18, int32_t a19) {
    return 0 * a0 + 1 * a1 + 2 * a2 + 3 * a3 + 4 * a4 + 5 * a5 + 6 * a6 + 7 * a7 + 8 * a8 + 9 * a9 + 10 * a10 +
           11 * a11 + 12 * a12 + 13 * a13 + 14 * a14 + 15 * a15 + 16 * a16 + 17 * a17 + 18 * a18 + 19 * a19;
}

typedef struct {
    int64_t sum; /* of i * x_i */
    int32_t count;
    int32_t max;
} summary;

/* By value in C; in wasm the address to write it to is the first of 19 parameters. */
EXPORT(summarize18) summary summarize18(int32_t x0, int32_t x1, int32_t x2, int32_t x3, int32_t x4, int32_t x5,
                                        int32_t x6, int32_t x7, int32_t x8, int32_t x9, int32_t x10, int32_t x11,
                                        int32_t x12, int32_t x13, int32_t x14, int32_t x15, int32_t x16,
                                        int32_t x17) {
    const int32_t values[] = {x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, x16, x17};
    summary result = {0, sizeof values / sizeof *values, INT32_MIN};
    for (int32_t i = 0; i < result.count; i++) {
        result.sum += (int64_t)i * values[i];
        if (values[i] > result.max)
            result.max = values[i];
    }
    return result;
}

/* What `describe17` writes, without a NUL behind it: 17 decimal digits and a newline. */
enum { DESCRIPTION = 18 };

/* Writes the last decimal digit of each number, or '-' for one below zero, to `out`, the first of 18 parameters. */
EXPORT(describe17) void describe17(char *out, int32_t x0, int32_t x1, int32_t x2, int32_t x3, int32_t x4, int32_t x5,
                                   int32_t x6, int32_t x7, int32_t x8, int32_t x9, int32_t x10, int32_t x11,
                                   int32_t x12, int32_t x13, int32_t x14, int32_t x15, int32_t x16) {
    const int32_t values[] = {x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15, x16};
    _Static_assert(sizeof values / sizeof *values == DESCRIPTION - 1, "one digit for each");
    for (size_t i = 0; i < DESCRIPTION - 1; i++)
        out[i] = values[i] < 0 ? '-' : (char)('0' + values[i] % 10);
    out[DESCRIPTION - 1] = '\n';
}

/* Buffers that the caller provides. Runs of up to 255 equal bytes become two: how many, and which. */

enum { TOO_SMALL = -5 }; /* zlib's Z_BUF_ERROR */

/* As many bytes as `rle` can need: the worst is a run of one. */
EXPORT(rle_bound) size_t rle_bound(size_t in_len) {
    return 2 * in_len;
}

/* Returns how many bytes it has written, or (size_t)-1 where the capacity is too small; then some may be written. */
EXPORT(rle) size_t rle(const uint8_t *in, size_t in_len, uint8_t *out, size_t capacity) {
    size_t written = 0;
    for (size_t i = 0; i < in_len;) {
        uint8_t run = 1;
        while (run < UINT8_MAX && i + run < in_len && in[i + run] == in[i])
            run++;
        if (capacity - written < 2)
            return (size_t)-1;
        out[written++] = run;
        out[written++] = in[i];
        i += run;
    }
    return written;
}

/* The same in zlib's way: `*out_len` is the capacity before and the length after, unless the capacity is too small. */
EXPORT(deflate_like) int32_t deflate_like(uint8_t *out, size_t *out_len, const uint8_t *in, size_t in_len) {
    size_t written = rle(in, in_len, out, *out_len);
    if (written == (size_t)-1)
        return TOO_SMALL;
    *out_len = written;
    return 0;
}

/* Undoes `rle` in the buffer of its `len` bytes. Returns the length now, or (size_t)-1 and an unchanged buffer where
 * the capacity is too small or the bytes are not from `rle`. */
EXPORT(unrle_in_place) size_t unrle_in_place(uint8_t *buffer, size_t len, size_t capacity) {
    size_t total = 0;
    if (len % 2 != 0 || len > capacity)
        return (size_t)-1;
    for (size_t i = 0; i < len; i += 2) {
        if (buffer[i] == 0 || buffer[i] > capacity - total)
            return (size_t)-1;
        total += buffer[i];
    }
    /* Runs of one shrink and longer ones grow: the output may overtake the input from either end. */
    uint8_t *runs = malloc_or_trap(len);
    memcpy(runs, buffer, len);
    for (size_t i = 0, written = 0; i < len; written += runs[i], i += 2)
        memset(buffer + written, runs[i + 1], runs[i]);
    counted_free(runs);
    return total;
}
