#!/usr/bin/env bash
# The whole chain without hardware: train the recipe of synthetic phantoms, compile the model to C, build firmware, flash
# the emulated Cortex-M4, bench it on the held-out images. A second run does not train again.
#   DEMO=/path scripts/demo.sh       project folder, instead of ./mcutk-demo
#   BOARD=netduinoplus2 LIMIT=400 scripts/demo.sh
set -euo pipefail
cd "$(dirname "$0")/.."
MCUTK=$(realpath -s "${MCUTK:-.venv/bin/mcutk}")
DEMO=${DEMO:-mcutk-demo}
BOARD=${BOARD:-qemu-m4}
LIMIT=${LIMIT:-120} # of 400 held-out images; the emulated serial port takes a quarter of a second per image

mkdir -p "$DEMO"
cd "$DEMO"
[[ -f mcutk.toml ]] || "$MCUTK" init --recipe phantom --board "$BOARD" >/dev/null
printf 'Training, compiling, flashing and benching on %s: the first run takes some minutes.\n' "$BOARD"
"$MCUTK" run --board "$BOARD" --limit "$LIMIT" --profile --json bench.json
