#!/usr/bin/env bash
# build.sh [--out DIRECTORY] [NAME…]   builds the guests of these names, by default all, into DIRECTORY, by default
#                                      beside this script.
#
# The same tools give the same bytes wherever the repository and cargo's cache are, so a build into another directory
# shows whether the files here belong to the sources here. README.md names the tools, and which guest needs which.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
all=(markdown ledger canonical bindgen shapes cstrings wide zig golang assembly)
out=$here
if [[ ${1-} == --out ]]; then
    out=$2
    shift 2
fi
guests=("$@")
(($# > 0)) || guests=("${all[@]}")
mkdir -p "$out"
out=$(cd "$out" && pwd)
cargo_home=$(cd "${CARGO_HOME:-$HOME/.cargo}" && pwd)

# Beside the guests, where git ignores it.
target=$here/target
mkdir -p "$target"

# Where set, these replace the flags below instead of adding to them.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS

rust_guest() {
    local name=$1 source flags
    cd "$here/$name"
    # Unpacks the dependencies, whose folders are to be known below.
    cargo fetch --quiet --locked

    # Panic messages hold source paths, and those this machine's. The last prefix that matches wins.
    flags="'--remap-path-prefix=$here=/guests'"
    for source in "$cargo_home"/registry/src/*/; do
        flags+=", '--remap-path-prefix=${source%/}=/crates'"
    done
    cargo build --quiet --release --locked --target wasm32-unknown-unknown --target-dir "$target" \
        --config "target.wasm32-unknown-unknown.rustflags = [$flags]"
    install -m 644 "$target/wasm32-unknown-unknown/release/$name.wasm" "$out/"
}

# The module that a JavaScript host loads. rustc's own is of no use without this step.
wasm_bindgen_guest() {
    local name=$1 host
    rust_guest "$name"
    host=$(rustc --print host-tuple)
    cd "$here/$name/generate"
    cargo build --quiet --release --locked --target "$host" --target-dir "$target"
    "$target/$host/release/generate" "$out/$name.wasm" "$target/$name"
    install -m 644 "$target/$name/${name}_bg.wasm" "$out/$name.wasm"
}

clang_guest() {
    local name=$1
    shift
    cd "$here/$name"
    clang -std=c11 -Wall -Wextra -Werror -Os -flto -Wl,-s "$@" -o "$target/$name.wasm" "$name.c"
    install -m 644 "$target/$name.wasm" "$out/"
}

c_guest() {
    # A reactor is a library: it has `_initialize` where a program has `_start`.
    clang_guest "$1" --target=wasm32-wasi -mexec-model=reactor
}

c64_guest() {
    # No C library is packaged for 64-bit memories.
    clang_guest "$1" --target=wasm64-unknown-unknown -ffreestanding -nostdlib -Wl,--no-entry
}

# Go and Zig, of the versions in requirements.txt.
python_tool() {
    local python=$target/python
    if ! cmp --silent "$here/requirements.txt" "$python/requirements.txt"; then
        python3 -m venv --clear "$python"
        "$python/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
        cp "$here/requirements.txt" "$python/"
    fi
    "$python/bin/$@"
}

zig_guest() {
    local name=$1
    cd "$here/$name"
    python_tool python-zig build-exe "$name.zig" -target wasm32-freestanding -O ReleaseSmall -fno-entry -rdynamic \
        -fstrip -femit-bin="$target/$name.wasm" --cache-dir "$target/zig" --global-cache-dir "$target/zig"
    install -m 644 "$target/$name.wasm" "$out/"
}

go_guest() {
    local name=$1
    cd "$here/$name"
    # Settings of the user's own would change the bytes, and a newer toolchain be fetched.
    GOENV=off GOFLAGS='' GOWASM='' GOEXPERIMENT='' GOWORK=off GOTOOLCHAIN=local GOPROXY=off GOOS=wasip1 GOARCH=wasm \
        python_tool go build -buildmode=c-shared -trimpath -buildvcs=false -ldflags='-s -w -buildid=' \
        -o "$target/$name.wasm" .
    install -m 644 "$target/$name.wasm" "$out/"
}

assemblyscript_guest() {
    local name=$1
    cd "$here/$name"
    npm ci --silent --ignore-scripts
    # Without `abort`, which would be an import, a failed assertion traps.
    node_modules/.bin/asc index.ts -Osize --exportRuntime --use abort= --outFile "$target/$name.wasm"
    install -m 644 "$target/$name.wasm" "$out/"
}

files=()
for guest in "${guests[@]}"; do
    case $guest in
        markdown | ledger | canonical) rust_guest "$guest" ;;
        bindgen) wasm_bindgen_guest "$guest" ;;
        shapes | cstrings) c_guest "$guest" ;;
        wide) c64_guest "$guest" ;;
        zig) zig_guest "$guest" ;;
        golang) go_guest "$guest" ;;
        assembly) assemblyscript_guest "$guest" ;;
        *)
            echo "build.sh: no guest is named $guest, but these are: ${all[*]}" >&2
            exit 2
            ;;
    esac
    files+=("$out/$guest.wasm")
done

for path in "$here" "$cargo_home" "$HOME/"; do
    if grep --text --files-with-matches --fixed-strings -- "$path" "${files[@]}"; then
        echo "build.sh: these guests contain the path $path" >&2
        exit 1
    fi
done
