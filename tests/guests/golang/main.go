// A reactor with Go's runtime and its garbage collector: it needs WASI, and `_initialize` called first.
//
// Pointers and lengths are uint32, and a result both in one uint64, `(ptr << 32) | len`. The host owns its arguments.
// Results are the host's too, for `dealloc`.
package main

import (
	"runtime"
	"unsafe"
)

// What the host holds, by address. The collector sees no pointers of the host's, and would free it.
var held = map[uint32][]byte{}

func lend(buffer []byte) uint32 {
	ptr := uint32(uintptr(unsafe.Pointer(unsafe.SliceData(buffer))))
	held[ptr] = buffer
	return ptr
}

func pack(buffer []byte) uint64 {
	return uint64(lend(buffer))<<32 | uint64(len(buffer))
}

// An empty buffer with room for n bytes, and for one even where n is 0: all slices of no capacity have one address.
func room(n uint32) []byte {
	return make([]byte, 0, max(n, 1))
}

func borrow(ptr, n uint32) []byte {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(uintptr(ptr))), n)
}

//go:wasmexport alloc
func alloc(size uint32) uint32 {
	return lend(room(size)[:size])
}

// Panics, and so traps, unless the host holds exactly this buffer.
//
//go:wasmexport dealloc
func dealloc(ptr, size uint32) {
	if buffer, ok := held[ptr]; !ok || uint32(len(buffer)) != size {
		panic("not held")
	}
	delete(held, ptr)
}

// How many buffers the host holds.
//
//go:wasmexport live
func live() uint32 {
	return uint32(len(held))
}

// Frees what nobody holds, which the collector otherwise does when it sees fit.
//
//go:wasmexport collect
func collect() {
	runtime.GC()
}

// ASCII letters in upper-case.
//
//go:wasmexport upper
func upper(ptr, n uint32) uint64 {
	result := room(n)
	for _, c := range borrow(ptr, n) {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		result = append(result, c)
	}
	return pack(result)
}

// The words between spaces, one on a line.
//
//go:wasmexport words
func words(ptr, n uint32) uint64 {
	result := room(n)
	previous := byte(' ')
	for _, c := range borrow(ptr, n) {
		if c != ' ' {
			if previous == ' ' && len(result) > 0 {
				result = append(result, '\n')
			}
			result = append(result, c)
		}
		previous = c
	}
	return pack(result)
}

// A reactor's main is not run.
func main() {}
