//! Slices by value: `(ptr << 32) | len` in a `u64`, whose `len` counts elements.
//!
//! The host owns its arguments. What a function returns is the host's too, for `dealloc` with its length in bytes.

const std = @import("std");

const heap = std.heap.wasm_allocator;

/// What every block is aligned to: enough for any element.
const alignment = 8;

var live: usize = 0;

fn take(len: usize) ?[]align(alignment) u8 {
    const block = heap.alignedAlloc(u8, .fromByteUnits(alignment), len) catch return null;
    live += len;
    return block;
}

/// For results, where null would be an empty slice.
fn takeOrTrap(comptime T: type, len: usize) []T {
    const size = std.math.mul(usize, len, @sizeOf(T)) catch @trap();
    return @ptrCast(take(size) orelse @trap());
}

fn pack(slice: anytype) u64 {
    return @as(u64, @intFromPtr(slice.ptr)) << 32 | slice.len;
}

/// Null if there is no memory. No bytes need none: the address is Zig's for an empty slice, 0xFFFFFFF8.
export fn alloc(len: usize) ?[*]u8 {
    return (take(len) orelse return null).ptr;
}

export fn dealloc(ptr: [*]align(alignment) u8, len: usize) void {
    live -= len;
    heap.free(ptr[0..len]);
}

export fn live_bytes() usize {
    return live;
}

export fn reverse(ptr: [*]const u8, len: usize) u64 {
    const result = takeOrTrap(u8, len);
    for (result, 1..) |*byte, i| byte.* = ptr[len - i];
    return pack(result);
}

export fn repeat(ptr: [*]const u8, len: usize, times: usize) u64 {
    const result = takeOrTrap(u8, std.math.mul(usize, len, times) catch @trap());
    for (0..times) |i| @memcpy(result[i * len ..][0..len], ptr[0..len]);
    return pack(result);
}

/// The decimal digits, the first of them the most significant.
export fn digits(n: u32) u64 {
    var count: usize = 1;
    var rest = n;
    while (rest >= 10) : (rest /= 10) count += 1;

    const result = takeOrTrap(u32, count);
    rest = n;
    while (count > 0) : (rest /= 10) {
        count -= 1;
        result[count] = rest % 10;
    }
    return pack(result);
}
