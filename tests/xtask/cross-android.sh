#!/usr/bin/env bash
# Type-checks and lints a package for Android without its NDK, on Debian 12; may be run again.
#
#   cross-android.sh WORKSPACE PACKAGE TARGET...
#
# Parts: Debian's rustc-web, cargo-web, rust-web-src and rust-web-clippy (compiler and std source of ONE version; std for the targets is
# checked from that source), and a C compiler that makes empty objects: checking links nothing. No library comes out of it.
# rustup's cargo stays first on PATH.
#
# Environment: CROSS_ANDROID_DIR=~/.cache/cross-android   TARGET_DIR=WORKSPACE/target/cross-android   CROSS_ANDROID_JOBS=N (cargo -j)
set -euo pipefail

DIR=${CROSS_ANDROID_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/cross-android}
DEBS="rustc-web cargo-web rust-web-src rust-web-clippy"

say() { printf '== %s\n' "$*"; }
die() { printf 'cross-android: %s\n' "$*" >&2; exit 1; }

[ $# -ge 3 ] || die "usage: cross-android.sh WORKSPACE PACKAGE TARGET..."
WS=$(cd "$1" 2>/dev/null && pwd) || die "no such folder: $1"
PKG=$2; shift 2
TARGET_DIR=${TARGET_DIR:-$WS/target/cross-android}
mkdir -p "$DIR"

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

put() { # put FILE: stdin to an executable file, replaced only when it differs (a new time would run build scripts again)
  local t; t=$(mktemp "$1.XXXXXX"); cat >"$t"; chmod 755 "$t"
  if cmp -s "$t" "$1"; then rm "$t"; else mv -f "$t" "$1"; fi
}

# shellcheck disable=SC2086
apt_install $DEBS
c=$(/usr/bin/cargo -V | cut -d' ' -f2); r=$(/usr/bin/rustc -V | cut -d' ' -f2)
[ "$c" = "$r" ] || die "/usr/bin/cargo is $c but /usr/bin/rustc is $r; install rustc-web and cargo-web of one version"

# An empty object for whatever is compiled, and the answers that the cc crate reads when it asks which compiler this is.
put "$DIR/cc" <<'W'
#!/bin/bash
o=""; pre=0; p=""
for x in "$@"; do
  case $p in -o) o=$x ;; esac
  case $x in -E) pre=1 ;; -o?*) o=${x#-o} ;; --version) echo "clang version 18.0.0"; exit 0 ;; esac
  p=$x
done
[ $pre = 0 ] || { echo "#pragma clang"; echo "clang"; exit 0; }
[ -z "$o" ] || : >"$o"
W
put "$DIR/ar" <<'W'
#!/bin/bash
for x in "$@"; do case $x in *.a) printf '!<arch>\n' >"$x" ;; esac; done
W

export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc RUSTC_BOOTSTRAP=1 CARGO=/usr/bin/cargo PATH=/usr/bin:/bin
unset RUSTUP_TOOLCHAIN RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
for target in "$@"; do
  /usr/bin/rustc --print target-list | grep -qx "$target" || die "/usr/bin/rustc $r does not know $target"
  under=${target//-/_}; export "CC_$under=$DIR/cc" "AR_$under=$DIR/ar"
  args=(--manifest-path "$WS/Cargo.toml" -p "$PKG" --lib --target "$target" --target-dir "$TARGET_DIR" --locked -Zbuild-std=std,panic_abort)
  [ -z "${CROSS_ANDROID_JOBS:-}" ] || args+=(-j "$CROSS_ANDROID_JOBS")
  started=$SECONDS
  say "$target"
  # Clippy of another version than the project's may know other lints: those of rustc and Clippy's own defaults count.
  # Where threads have no storage of the linker's, this lint sees no `const` in what thread_local! makes of one.
  /usr/bin/cargo-clippy clippy "${args[@]}" -- -D warnings -A unknown_lints -A clippy::missing_const_for_thread_local || die "$PKG is not clean for $target"
  say "$target: clean, $((SECONDS - started)) s"
done
