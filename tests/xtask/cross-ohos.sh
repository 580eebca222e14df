#!/usr/bin/env bash
# Builds one package of a cargo workspace for HarmonyOS (aarch64-unknown-linux-ohos) without its SDK, checks the library's shape,
# runs the package's tests under qemu-user, and loads the library with musl's own loader. From nothing, on Debian 12; may be run again.
#
#   bash tests/xtask/cross-ohos.sh WORKSPACE PACKAGE [-- CARGO_ARGS...]
#
# Parts: Debian's rustc-web + cargo-web + rust-web-src (compiler and std source of ONE version; std for the target is built from that
# source), PyPI's ziglang (C compiler, archiver, linker, musl headers), Debian's qemu-user-static, Debian's musl:arm64 (loader and libc,
# under qemu only). Nothing else of the system changes: no foreign architecture is added, rustup's cargo stays first on PATH.
#
# Environment: STEPS="tools build check test load" (any subset)   PROFILE=release|dev   CROSS_OHOS_DIR=~/.cache/cross-ohos
#              CROSS_OHOS_JOBS=N (cargo -j)   ZIG_VERSION=0.17.1   TARGET_DIR=WORKSPACE/target/ohos
set -euo pipefail

TARGET=aarch64-unknown-linux-ohos
ZIG_VERSION=${ZIG_VERSION:-0.17.1}
DIR=${CROSS_OHOS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/cross-ohos}
PROFILE=${PROFILE:-release}
STEPS=${STEPS:-tools build check test load}
ROOT=$DIR/musl-arm64
STUB=$DIR/ndk/native/sysroot/usr/lib/aarch64-linux-ohos
QEMU="/usr/bin/qemu-aarch64-static -L $ROOT -E LD_LIBRARY_PATH=$STUB"     # cargo splits a runner at spaces: no spaces in DIR
DEBS="rustc-web cargo-web rust-web-src qemu-user-static"

say() { printf '== %s\n' "$*"; }
die() { printf 'cross-ohos: %s\n' "$*" >&2; exit 1; }
has() { case " $STEPS " in *" $1 "*) return 0;; esac; return 1; }
timed() { local t0=$SECONDS; say "$1"; "$@"; say "$1: $((SECONDS - t0)) s"; }
needs() { command -v "$1" >/dev/null || die "$1 not found; install it with: sudo apt-get install $2"; }

[ $# -ge 2 ] || die "usage: cross-ohos.sh WORKSPACE PACKAGE [-- CARGO_ARGS...]"
WS=$(cd "$1" 2>/dev/null && pwd) || die "no such folder: $1"
PKG=$2; shift 2
[ "${1:-}" = "--" ] && shift
ARGS=("$@")
[ -f "$WS/Cargo.toml" ] || die "no Cargo.toml in $WS"
TARGET_DIR=${TARGET_DIR:-$WS/target/ohos}
case $DIR in *" "*) die "CROSS_OHOS_DIR must have no space in it: $DIR";; esac
needs python3 python3; needs readelf binutils; needs flock util-linux; needs dpkg-query dpkg
mkdir -p "$DIR/bin" "$DIR/zig-cache"
# ld-small, below, takes a line apart at spaces: a folder with one is reached by a link without.
case $TARGET_DIR in *" "*)
  mkdir -p "$TARGET_DIR"; link=$DIR/target-$(cksum <<<"$TARGET_DIR" | cut -d' ' -f1)
  ln -sfn "$TARGET_DIR" "$link"; TARGET_DIR=$link ;;
esac
exec 9>"$DIR/lock"; flock -w 1800 9 || die "another run has held $DIR/lock for 30 minutes"

# ---- tools -------------------------------------------------------------------------------------------------------------------
installed() { [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]; }

apt_install() {
  local as=(env DEBIAN_FRONTEND=noninteractive) missing=() p
  for p in "$@"; do installed "$p" || missing+=("$p"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "apt-get not found; need Debian 12 or later with: ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || die "not root and no password-free sudo; have someone run: apt-get install ${missing[*]}"
    as=(sudo -n "${as[@]}")
  fi
  say "apt-get install ${missing[*]}"
  local opt=(-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -qq)
  if ! { "${as[@]}" apt-get "${opt[@]}" update &&
         "${as[@]}" apt-get "${opt[@]}" install -y --no-install-recommends "${missing[@]}"; } </dev/null >"$DIR/apt.log" 2>&1; then
    tail -5 "$DIR/apt.log" >&2
    die "apt could not install ${missing[*]} (log: $DIR/apt.log)"
  fi
  for p in "${missing[@]}"; do installed "$p" || die "apt reported success but $p is not installed (log: $DIR/apt.log)"; done
}

put() { # put FILE: stdin to an executable file, replaced in one step and only when it differs (a new time would rebuild C objects)
  local t; t=$(mktemp "$1.XXXXXX"); cat >"$t"; chmod 755 "$t"
  if cmp -s "$t" "$1"; then rm "$t"; else mv -f "$t" "$1"; fi
}

musl_root() { # Debian's musl for arm64, taken apart; through an apt state of our own, so that the system gets no foreign architecture
  [ ! -e "$ROOT/lib/ld-musl-aarch64.so.1" ] || return 0
  local a=$DIR/apt
  local o=(-o Dir::State::lists="$a/lists" -o Dir::Cache="$a/cache" -o Dir::State::status=/dev/null -o APT::Architecture=arm64
    -o APT::Architectures::=arm64 -o Acquire::Retries=3 -o Acquire::Languages=none -o APT::Sandbox::User= -qq)
  rm -rf "$a" "$ROOT" "$ROOT.new"; mkdir -p "$a/lists/partial" "$a/cache/archives/partial"
  (cd "$a" && apt-get "${o[@]}" update && apt-get "${o[@]}" download musl:arm64) >"$DIR/apt-musl.log" 2>&1 </dev/null ||
    { tail -5 "$DIR/apt-musl.log" >&2; die "apt could not download musl:arm64 (log: $DIR/apt-musl.log)"; }
  dpkg -x "$a"/musl_*_arm64.deb "$ROOT.new"; mv "$ROOT.new" "$ROOT"; rm -rf "$a"
}

tools() {
  # shellcheck disable=SC2086
  apt_install $DEBS
  local c r s
  c=$(/usr/bin/cargo -V | cut -d' ' -f2); r=$(/usr/bin/rustc -V | cut -d' ' -f2)
  [ "$c" = "$r" ] || die "/usr/bin/cargo is $c but /usr/bin/rustc is $r; install rustc-web and cargo-web of one version"
  s=$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library
  [ -f "$s/Cargo.lock" ] && [ -d "$s/vendor" ] || die "no std source with vendored dependencies in $s (package rust-web-src)"
  /usr/bin/rustc --print target-list | grep -qx $TARGET || die "/usr/bin/rustc $r does not know $TARGET"

  local venv=$DIR/zig-$ZIG_VERSION
  if ! "$venv/bin/python" -m ziglang version >/dev/null 2>&1; then
    say "pip install ziglang==$ZIG_VERSION"
    python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3-venv
    rm -rf "$venv" "$venv.new"
    { python3 -m venv "$venv.new" && "$venv.new/bin/python" -m pip install -q --only-binary :all: "ziglang==$ZIG_VERSION"; } \
      >"$DIR/pip.log" 2>&1 </dev/null || { tail -5 "$DIR/pip.log" >&2; die "pip could not install ziglang==$ZIG_VERSION"; }
    mv "$venv.new" "$venv"
  fi
  local zig; zig=$(echo "$venv"/lib/python3*/site-packages/ziglang/zig)
  [ -x "$zig" ] || die "no zig in $venv"
  # zig cc: no UBSan in unoptimised C; --target=... is cc's and rustc's own spelling; zig has libunwind but not under the name rustc asks for
  put "$DIR/bin/cc" <<W
#!/bin/bash
export ZIG_GLOBAL_CACHE_DIR='$DIR/zig-cache' ZIG_LOCAL_CACHE_DIR='$DIR/zig-cache'
a=()
for x in "\$@"; do case \$x in --target=*) ;; -l:libunwind.a) a+=(-lunwind) ;; *) a+=("\$x") ;; esac; done
exec '$zig' cc -target aarch64-linux-musl -fno-sanitize=undefined "\${a[@]}"
W
  put "$DIR/bin/ar" <<W
#!/bin/bash
export ZIG_GLOBAL_CACHE_DIR='$DIR/zig-cache' ZIG_LOCAL_CACHE_DIR='$DIR/zig-cache'
exec '$zig' ar "\$@"
W
  # zig cc refuses these options, its LLD has them: the command that it would run is run with them. Functions lie where they deflate best;
  # a relaxed address takes as many bytes, and deflates worse.
  # Equal functions become one; `folds` looks at which.
  put "$DIR/bin/ld-small" <<W
#!/bin/bash
said=\$('$DIR/bin/cc' "\$@" -Wl,--hash-style=gnu --verbose 2>&1) || { printf '%s\n' "\$said" >&2; exit 1; }
read -ra line <<<"\$(grep -m1 '^ld.lld ' <<<"\$said")"
[ \${#line[@]} -gt 1 ] || { echo "ld-small: zig cc did not tell its linker's command" >&2; exit 1; }
for ((i = 1; i < \${#line[@]}; i++)); do [ "\${line[i - 1]}" != -o ] || out=\${line[i]}; done
exec '$zig' "\${line[@]}" --icf=all --print-icf-sections -O2 --no-relax --bp-compression-sort=both >"\$out.folded"
W
  musl_root
}

# What is packed: core/docs/performance.md, "Bindings", says what each of these is worth.
small() {
  # zig cc turns -Oz into -Os. Nothing unwinds through C: a panic stops at the edge of Rust.
  local llvm="-enable-misched=false -enable-post-misched=false -tail-merge-threshold=2000" o rust=""
  local c="-Xclang -Oz -mno-outline -fno-asynchronous-unwind-tables -fno-unwind-tables"
  for o in $llvm; do c+=" -mllvm $o"; done
  # An outlined function saves less than its entry in the unwind tables takes.
  for o in $llvm -inline-threshold=10 -enable-machine-outliner=never; do rust+=" -Cllvm-args=$o"; done
  # Nobody reads derived Debug, lines of source (which would name this machine) or backtraces.
  rust+=" -Zlocation-detail=none -Zfmt-debug=none -Zuse-sync-unwind=yes"
  export CFLAGS_aarch64_unknown_linux_ohos=$c
  export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_OHOS_RUSTFLAGS=${rust# }
  export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_OHOS_LINKER=$DIR/bin/ld-small
  CARGO_ARGS+=(-Zbuild-std-features=panic-unwind,optimize_for_size)
}

environment() {
  [ -x "$DIR/bin/cc" ] && [ -x /usr/bin/qemu-aarch64-static ] || die "tools missing; run with STEPS containing: tools"
  export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1
  export CC_aarch64_unknown_linux_ohos=$DIR/bin/cc AR_aarch64_unknown_linux_ohos=$DIR/bin/ar
  export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_OHOS_LINKER=$DIR/bin/cc
  export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_OHOS_RUNNER=$QEMU
  export OHOS_NDK_HOME=$DIR/ndk                      # what napi-build-ohos asks for; holds only the stub below
  unset RUSTUP_TOOLCHAIN CARGO RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER CARGO_BUILD_TARGET CARGO_ENCODED_RUSTFLAGS RUSTFLAGS
  CARGO_ARGS=(--manifest-path "$WS/Cargo.toml" -p "$PKG" --target $TARGET --target-dir "$TARGET_DIR" --profile "$PROFILE" --locked
    -Zbuild-std=std,panic_abort,test)                # test from the start: without it `cargo test` builds every dependency again
  [ "$PROFILE" != ship ] || small
  [ -z "${CROSS_OHOS_JOBS:-}" ] || CARGO_ARGS+=(-j "$CROSS_OHOS_JOBS")
  CARGO_ARGS+=(${ARGS[@]+"${ARGS[@]}"})
  OUT=$TARGET_DIR/$TARGET/$([ "$PROFILE" = dev ] && echo debug || echo "$PROFILE")
}

# Node-API: napi-sys-ohos links libace_napi.z.so, which only a device has. A stub with that soname and the crate's own list of functions
# lets it link (and, below, load); it proves nothing about behaviour.
stub() {
  local meta src syms lib=$STUB
  meta=$(/usr/bin/cargo metadata --format-version 1 --locked --manifest-path "$WS/Cargo.toml" --filter-platform $TARGET) ||
    die "cargo metadata failed in $WS"
  src=$(python3 -c 'import json,sys,os
for p in json.load(sys.stdin)["packages"]:
    if p["name"] == "napi-sys-ohos": print(os.path.dirname(p["manifest_path"]))' <<<"$meta")
  [ -n "$src" ] || return 0
  syms=$(grep -rhoE '\bfn +napi_[a-z0-9_]+' "$src/src" | sed 's/fn *//' | sort -u)
  [ -n "$syms" ] || die "found no napi functions in $src/src"
  mkdir -p "$lib"
  sed 's/.*/void &(void){}/' <<<"$syms" >"$DIR/stub.c.new"
  if ! cmp -s "$DIR/stub.c.new" "$DIR/stub.c" || [ ! -f "$lib/libace_napi.z.so" ]; then
    "$DIR/bin/cc" -shared -nostdlib -Wl,-soname,libace_napi.z.so -o "$lib/libace_napi.z.so" -x c "$DIR/stub.c.new"
    mv "$DIR/stub.c.new" "$DIR/stub.c"; say "stub libace_napi.z.so: $(wc -l <<<"$syms") functions"
  fi
}

build() { /usr/bin/cargo build "${CARGO_ARGS[@]}" || die "build of $PKG for $TARGET failed"; }

libs() { # the package's cdylibs, by name
  /usr/bin/cargo metadata --format-version 1 --no-deps --locked --manifest-path "$WS/Cargo.toml" | PKG="$PKG" OUT="$OUT" python3 -c '
import json,sys,os
for p in json.load(sys.stdin)["packages"]:
    if p["name"] == os.environ["PKG"]:
        for t in p["targets"]:
            if "cdylib" in t["crate_types"]: print(os.environ["OUT"] + "/lib" + t["name"].replace("-", "_") + ".so")'
}

names_no_path() { # FILE: none of the folders that it was built in and from
  local p
  for p in "$HOME" "${CARGO_HOME:-$HOME/.cargo}" "$WS" "$TARGET_DIR" "$DIR" /registry/src/ /rustlib/src/ /usr/src/; do
    [ ${#p} -lt 3 ] || ! grep -qaF -e "$p" "$1" || die "$1 names a path of this machine: $p"
  done
}

folds() { # LIBRARY: SQLite tells some functions apart by their address: of those, only these may have become one with another
  # nolockLock: in an assert. noopStepFunc: among functions of SQL, of which no other does nothing. sqlite3WalkWinDefnDummyCallback: among
  # xSelectCallback2 of walkers, of which no other does nothing. (Rust promises no address to a function; ring compares none.)
  local c bad folded list=$OUT/deps/${1##*/}.folded
  c=$(find "$OUT/build" -path '*libsqlite3-sys*' -name output -exec sed -n 's/^cargo:include=\(.*\)/\1\/sqlite3.c/p' {} + | head -1)
  [ -f "$c" ] && [ -f "$list" ] || die "nothing tells which functions became one: $list"
  folded=$(sed -n 's/.*sqlite3\.o):(\.text\.\([A-Za-z0-9_]*\))$/\1/p' "$list" | sort -u)
  [ -n "$folded" ] || die "the linker tells in another way which functions became one: $list"
  bad=$(comm -12 <(printf '%s\n' "$folded") \
    <({ grep -oE '[=!]= *&?\(?[A-Za-z_][A-Za-z0-9_]*' "$c" | sed -E 's/^[=!]= *&?\(?//'
        sed -nE 's/^# *define .*\) *&?([A-Za-z_][A-Za-z0-9_]*)\)$/\1/p' "$c"; } | sort -u) |       # SQLITE_DYNAMIC and its like
    grep -vxE 'nolockLock|noopStepFunc|sqlite3WalkWinDefnDummyCallback' || true)
  [ -z "$bad" ] || die "SQLite compares the address of $bad, which the linker made one with another function"
}

check() { # an ELF for the target: 64-bit AArch64, segments aligned to 64 kB, no text relocation, only libraries a device has
  local f n bad all; all=$(libs)
  [ -n "$all" ] || { say "$PKG has no cdylib: no library to check"; return 0; }
  for f in $all; do
    [ -f "$f" ] || die "not built: $f"
    readelf -h "$f" | grep -q 'Machine: *AArch64' || die "$f is not AArch64"
    n=$(readelf -d "$f" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | tr '\n' ' ')
    bad=$(tr ' ' '\n' <<<"$n" | grep -vxE 'libc\.so|libace_napi\.z\.so|libhilog_ndk\.z\.so|' || true)
    [ -z "$bad" ] || die "$f needs $bad"
    readelf -lW "$f" | awk '$1 == "LOAD" && $NF != "0x10000" { bad = 1 } END { exit bad }' || die "$f: a segment is not aligned to 64 kB"
    ! readelf -d "$f" | grep -q TEXTREL || die "$f has text relocations"
    [ "$PROFILE" != ship ] || { names_no_path "$f"; folds "$f"; }
    say "$(basename "$f"): $(stat -c %s "$f") bytes, needs $n"
  done
}

tests() { /usr/bin/cargo test "${CARGO_ARGS[@]}" || die "tests of $PKG on $TARGET failed"; }

load() { # every library of the package loads, all symbols bound, with musl's own loader and libc
  local f all; all=$(libs)
  [ -n "$all" ] || return 0
  cat >"$TARGET_DIR/load.c" <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(int n, char **v) { for (int i = 1; i < n; i++) if (!dlopen(v[i], RTLD_NOW)) { puts(dlerror()); return 1; } return 0; }
C
  "$DIR/bin/cc" -dynamic -O1 -o "$TARGET_DIR/load" "$TARGET_DIR/load.c"
  for f in $all; do
    $QEMU "$TARGET_DIR/load" "$f" ||
      die "$f does not load"
    say "$(basename "$f"): loads"
  done
}

has tools && timed tools
environment
stub
exec 9>&-                                            # what is shared is ready; cargo guards its own folder
has build && timed build
has check && timed check
has test && timed tests
has load && timed load
say "done: $PKG for $TARGET, $PROFILE"
