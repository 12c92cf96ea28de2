# The sanitizer builds, shared by lint, test and fuzz. Sourced after lib.sh.
#
# clang for both: the same build then proves that clang has no warnings, and libFuzzer needs it.

# Not strict_string_checks: it reads each string to its end at each call, which makes linear code quadratic.
asan_options=detect_leaks=1:abort_on_error=1:detect_stack_use_after_return=1
export ASAN_OPTIONS=${ASAN_OPTIONS:-$asan_options}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/tests/lsan.supp:print_suppressions=0}
export TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=$PWD/tests/tsan.supp:halt_on_error=0:exitcode=66:second_deadlock_stack=1}

build_asan() {
    CC=clang configure build-asan -Dsanitize=address,undefined -Doptimization=1
    build build-asan
}
build_tsan() {
    CC=clang configure build-tsan -Dsanitize=thread -Doptimization=1
    build build-tsan
}
build_fuzz() {
    CC=clang configure build-fuzz -Dfuzz=true -Dtests=false -Dsanitize=address,undefined \
        -Db_lundef=false -Doptimization=1
    build build-fuzz
}
