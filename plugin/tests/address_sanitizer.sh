#!/bin/sh
# As RUSTC_WORKSPACE_WRAPPER: compiles the workspace's crates with AddressSanitizer and leaves Bevy as it has been built. What Bevy
# allocates is watched all the same, since the allocator of the whole program is the sanitizer's.
rustc=$1
shift
case " $* " in
*" build_script_build "*) exec "$rustc" "$@" ;;
*) RUSTC_BOOTSTRAP=1 exec "$rustc" "$@" -Zsanitizer=address ;;
esac
