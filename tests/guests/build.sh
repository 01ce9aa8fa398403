#!/usr/bin/env bash
# build.sh [DIRECTORY]   builds every guest into DIRECTORY, by default beside this script.
#
# The same tools give the same bytes wherever the repository and cargo's cache are, so a build into another directory
# shows whether the files here belong to the sources here. README.md names the tools.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:-$here}
mkdir -p "$out"
out=$(cd "$out" && pwd)
cargo_home=$(cd "${CARGO_HOME:-$HOME/.cargo}" && pwd)

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
    cargo build --quiet --release --locked --target wasm32-unknown-unknown --target-dir "$here/target" \
        --config "target.wasm32-unknown-unknown.rustflags = [$flags]"
    install -m 644 "$here/target/wasm32-unknown-unknown/release/$name.wasm" "$out/"
}

c_guest() {
    local name=$1
    cd "$here/$name"
    mkdir -p "$here/target"
    # A reactor is a library: it has `_initialize` where a program has `_start`.
    clang --target=wasm32-wasi -mexec-model=reactor -std=c11 -Wall -Wextra -Werror -Os -flto -Wl,-s \
        -o "$here/target/$name.wasm" "$name.c"
    install -m 644 "$here/target/$name.wasm" "$out/"
}

rust_guest markdown
rust_guest ledger
c_guest shapes

for path in "$here" "$cargo_home"; do
    if grep --text --files-with-matches --fixed-strings -- "$path" "$out"/{markdown,ledger,shapes}.wasm; then
        echo "build.sh: these guests contain the path $path" >&2
        exit 1
    fi
done
