/*
 * Geometry and text by the C ABI of wasm32, with `malloc` and `free` for the host: structs pass through memory, and a
 * function that returns one takes the address to write it to as its first parameter.
 *
 * The host owns its arguments: pointers denote as many elements as the size beside them says, aligned for their type.
 */

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define EXPORT(name) __attribute__((export_name(#name)))

typedef struct {
    double x, y;
} point;

typedef struct {
    point min, max;
} rect;

typedef struct {
    char *ptr;
    size_t len;
} slice;

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

/* For results whose null already means something else than "out of memory". */
static void *malloc_or_trap(size_t size) {
    void *block = counted_malloc(size);
    if (block == NULL)
        __builtin_trap();
    return block;
}

/* Points. */

/* The mean of no points is not a number. */
EXPORT(centroid) point centroid(const point *points, size_t n) {
    point sum = {0, 0};
    for (size_t i = 0; i < n; i++) {
        sum.x += points[i].x;
        sum.y += points[i].y;
    }
    return (point){sum.x / (double)n, sum.y / (double)n};
}

EXPORT(translate) void translate(point *p, double dx, double dy) {
    p->x += dx;
    p->y += dy;
}

/* By value in C, by address in wasm. */
EXPORT(norm) double norm(point p) {
    return sqrt(p.x * p.x + p.y * p.y);
}

/* The box of no points is inside out: from +infinity to -infinity. */
EXPORT(bounding_box) rect bounding_box(const point *points, size_t n) {
    rect box = {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}};
    for (size_t i = 0; i < n; i++) {
        box.min.x = fmin(box.min.x, points[i].x);
        box.min.y = fmin(box.min.y, points[i].y);
        box.max.x = fmax(box.max.x, points[i].x);
        box.max.y = fmax(box.max.y, points[i].y);
    }
    return box;
}

/* Returns a copy, the caller's to free, of the first of the points nearest to `to`; null if there are no points. */
EXPORT(nearest) const point *nearest(const point *points, size_t n, const point *to) {
    if (n == 0)
        return NULL;
    const point *best = &points[0];
    double least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double distance = norm((point){points[i].x - to->x, points[i].y - to->y});
        if (distance < least) {
            least = distance;
            best = &points[i];
        }
    }
    point *copy = malloc_or_trap(sizeof *copy);
    *copy = *best;
    return copy;
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

/* Adds to the 256 counts that the caller passes, so that data may come in pieces. */
EXPORT(histogram) void histogram(const uint8_t *data, size_t n, uint32_t *counts) {
    for (size_t i = 0; i < n; i++)
        counts[data[i]]++;
}

/* Text: UTF-8, of which only the ASCII letters have a case here. */

static bool is_upper_ascii(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_lower_ascii(char c) {
    return c >= 'a' && c <= 'z';
}

EXPORT(uppercase) void uppercase(char *text, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (is_lower_ascii(text[i]))
            text[i] += 'A' - 'a';
}

/* Whether there are letters and none of them is lower-case. */
EXPORT(is_upper) bool is_upper(const char *text, size_t n) {
    bool upper = false;
    for (size_t i = 0; i < n; i++) {
        if (is_lower_ascii(text[i]))
            return false;
        upper |= is_upper_ascii(text[i]);
    }
    return upper;
}

/* The Unicode scalar value after `c`. After the last one comes 0x110000, which is none. */
EXPORT(next_letter) uint32_t next_letter(uint32_t c) {
    /* Surrogates are not scalar values. */
    return c == 0xD7FF ? 0xE000 : c + 1;
}

static bool is_continuation(char c) {
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Whether byte `i` belongs to the first character of a word. */
static bool is_initial(const char *text, size_t i) {
    while (i > 0 && is_continuation(text[i]))
        i--;
    return text[i] != ' ' && (i == 0 || text[i - 1] == ' ');
}

/*
 * Returns the first character of each word between spaces, in a buffer that is the caller's to free; null if there are
 * none. The slice itself is the guest's and lasts until the next call.
 */
EXPORT(initials) const slice *initials(const char *text, size_t n) {
    static slice result;
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        len += is_initial(text, i);
    result = (slice){len == 0 ? NULL : malloc_or_trap(len), len};
    size_t written = 0;
    for (size_t i = 0; i < n; i++)
        if (is_initial(text, i))
            result.ptr[written++] = text[i];
    return &result;
}
