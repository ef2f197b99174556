#!/usr/bin/env bash
# mutants_test.sh SOURCE SCRATCH SEEDS [CMAKE OPTION...]: proves that the simulator sees. Each patch in
# tests/sim/mutants plants one bug in a copy of the tree; the simulator is built there and must find it
# within SEEDS worlds, and must find nothing in the copy without a bug. A patch that no longer applies
# fails the test: adapt it to the code as it is now.
set -euo pipefail

source=$1
scratch=$2
seeds=$3
shift 3
copy=$scratch/tree
build=$copy/build/mutant
export GIT_CEILING_DIRECTORIES=$copy GIT_DIR=/nonexistent

# The build directory lies in the copy as deep as the usual one in the tree, so that ccache finds what
# it has; it stays from run to run, the copied files keep their times, and little is built.
mkdir -p "$copy"
find "$copy" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
(cd "$source" && cp -a CMakeLists.txt cmake schemas server plugin tests "$copy/")

build_and_run() { # worlds
    ninja -C "$build" -j2 parley_sim >"$scratch/build.log" 2>&1 || {
        cat "$scratch/build.log"
        echo "mutants: $name does not compile"
        return 3
    }
    "$build/bin/parley_sim" --seeds "$1" --until-violated >"$scratch/$name.log" 2>&1
}

patches=("$copy"/tests/sim/mutants/*.patch)
[ -e "${patches[0]}" ] || {
    echo "mutants: there are no patches"
    exit 1
}

name=configure
cmake -S "$copy" -B "$build" -G Ninja -DPARLEY_DEMO=OFF "$@" >"$scratch/configure.log" 2>&1 || {
    cat "$scratch/configure.log"
    exit 1
}
# Whatever an earlier run left in objects is older than these now.
planted=$scratch/planted
touch "$planted"
sort -u "$planted" | while read -r file; do
    [ ! -e "$copy/$file" ] || touch "$copy/$file"
done
sed -n 's|^+++ b/||p' "${patches[@]}" | sort -u >"$planted"

name=unharmed
if ! build_and_run 20; then
    tail -n 40 "$scratch/$name.log"
    echo "mutants: the simulator fails without a planted bug"
    exit 1
fi

missed=0 total=0
for patch in "${patches[@]}"; do
    name=$(basename "$patch" .patch)
    total=$((total + 1))
    if ! (cd "$copy" && git apply -C1 --check "$patch"); then
        echo "$name: does not apply any more; adapt tests/sim/mutants/$name.patch"
        missed=$((missed + 1))
        continue
    fi
    (cd "$copy" && git apply -C1 "$patch")
    verdict=0
    build_and_run "$seeds" || verdict=$?
    (cd "$copy" && git apply -C1 -R "$patch")
    # 1: violated; 3: an assertion of the core's own failed.
    if { [ "$verdict" = 1 ] || [ "$verdict" = 3 ]; } && grep -q 'violated at' "$scratch/$name.log"; then
        printf '%-40s found: %s\n' "$name" \
            "$(grep -m 1 -A 1 '^world of seed' "$scratch/$name.log" | tr -s '\n ' ' ' | cut -c 1-200)"
    else
        echo "$name: NOT FOUND in $seeds worlds (exit $verdict)"
        missed=$((missed + 1))
    fi
done
echo "mutants: $((total - missed)) of $total found"
[ "$missed" = 0 ]
