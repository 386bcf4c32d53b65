#!/usr/bin/env bash
# The main job on the embedded default, without hardware: train the synthetic phantom recipe, compile it to C, build
# firmware, program the emulated Cortex-M4, stream the test images. A second run does not train again.
#   DEMO=/path scripts/demo.sh       keep the project elsewhere than in ./mcutk-demo
#   BOARD=netduinoplus2 LIMIT=400 scripts/demo.sh
set -euo pipefail
cd "$(dirname "$0")/.."
MCUTK=$(realpath -s "${MCUTK:-.venv/bin/mcutk}")
DEMO=${DEMO:-mcutk-demo}
BOARD=${BOARD:-qemu-m4}
LIMIT=${LIMIT:-120} # held-out images of the 400; an emulated serial port takes a quarter of a second for each

mkdir -p "$DEMO"
cd "$DEMO"
[[ -f mcutk.toml ]] || "$MCUTK" init --recipe phantom --board "$BOARD" >/dev/null
printf 'Training, compiling, flashing and benching on %s: the first time takes some minutes.\n' "$BOARD"
"$MCUTK" run --board "$BOARD" --limit "$LIMIT" --profile --json bench.json
