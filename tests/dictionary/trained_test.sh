#!/bin/bash
# The dictionary in the repository is what the trainer makes of the phrases in the repository.
set -euo pipefail
made=$(mktemp)
trap 'rm -f "$made"' EXIT
"$1" "$2/tests/dictionary/phrases.txt" "$made"
if ! cmp -s "$made" "$2/schemas/wire/packed_dictionary.zdict"; then
    echo "schemas/wire/packed_dictionary.zdict is not what train_dictionary makes of phrases.txt:" \
        "it is a part of the protocol, so undo the change or give it another number" >&2
    exit 1
fi
