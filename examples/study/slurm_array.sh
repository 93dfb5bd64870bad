#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A study as a Slurm job array: sbatch --array 0-15 slurm_array.sh; then, when all have ended:
#   gpupack-replay merge --out study.ndjson shard-*.ndjson
# A task of the array that was ended starts again where it stopped: submit the same array again.
#SBATCH --cpus-per-task 8
#SBATCH --time 2:00:00
set -euo pipefail
gpupack-replay study --loads 0.80,0.85,0.90,0.95 --out "shard-$SLURM_ARRAY_TASK_ID.ndjson" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" \
    --arrivals poisson --no-fit wait --queue easy --policy fgd,best-fit,gpu-packing --seed 1:20
