/* SPDX-License-Identifier: Apache-2.0 */
/* Places tasks from C, restarts, and goes on. */
#include <gpupack/c/gpupack.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stops where a call did not end as it should. */
static void expect(gpupack_status status, gpupack_status expected) {
    if (status == expected) return;
    fprintf(stderr, "status %d and not %d: %s\n", status, expected, gpupack_last_error());
    exit(1);
}

static gpupack_fleet* fleet_of_two(void) {
    gpupack_fleet* fleet = NULL;
    const char* ids[] = {"GPU-a", "GPU-b"};
    gpupack_node node = {0};
    expect(gpupack_fleet_new("best-fit", &fleet), GPUPACK_OK);
    node.size = sizeof node;
    node.name = "n1";
    node.gpus = "2xA100-80GB";
    node.cpu_milli = 64000;
    node.memory_mib = 262144;
    node.gpu_ids = ids;
    node.gpu_id_count = 2;
    expect(gpupack_node_put(fleet, &node), GPUPACK_OK);
    node.name = "n2";
    node.gpu_id_count = 0;
    expect(gpupack_node_put(fleet, &node), GPUPACK_OK);
    return fleet;
}

int main(void) {
    gpupack_fleet* fleet = fleet_of_two();
    gpupack_request request = {0};
    gpupack_placement placement = {0};
    char lines[4096];
    char* line;
    size_t length = sizeof lines;
    uint64_t token = 0;
    request.size = sizeof request;
    placement.size = sizeof placement;
    if (gpupack_abi() != GPUPACK_C_ABI) return 1;

    request.task = "train";
    request.gpus = 1;
    request.share = "mig:3g.40gb";
    expect(gpupack_place(fleet, &request, &placement), GPUPACK_OK);
    printf("%s: %s, GPU %d (%s), %s at %d\n", request.task, placement.node, placement.gpus[0].gpu, placement.gpus[0].id,
           placement.gpus[0].profile, placement.gpus[0].start);
    expect(gpupack_place(fleet, &request, NULL), GPUPACK_CONFLICT); /* the task is placed already */

    request.task = "serve";
    request.share = "slice:20480MiB,250m";
    expect(gpupack_hold(fleet, &request, 60, &token, &placement), GPUPACK_OK);
    expect(gpupack_commit(fleet, token), GPUPACK_OK);
    expect(gpupack_commit(fleet, token), GPUPACK_OK); /* as often as you like */

    request.task = "huge";
    request.gpus = 4;
    request.share = NULL;
    expect(gpupack_place(fleet, &request, NULL), GPUPACK_NO_FIT);
    printf("huge: %s\n", gpupack_last_error());
    request.gpus = 33;
    expect(gpupack_place(fleet, &request, NULL), GPUPACK_BAD_INPUT);
    printf("huge: %s\n", gpupack_last_error());

    /* A restart: the records are all that is needed. */
    expect(gpupack_tasks(fleet, NULL, lines, &length), GPUPACK_OK);
    gpupack_fleet_free(fleet);
    fleet = fleet_of_two();
    for (line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        printf("restore: %s\n", line);
        expect(gpupack_restore(fleet, line, 1), GPUPACK_OK);
    }
    expect(gpupack_task(fleet, "train", &placement), GPUPACK_OK);
    expect(gpupack_release(fleet, "train"), GPUPACK_OK);
    expect(gpupack_release(fleet, "train"), GPUPACK_UNKNOWN);
    expect(gpupack_node_remove(fleet, "n1"), GPUPACK_OK);
    expect(gpupack_node_remove(fleet, "n1"), GPUPACK_UNKNOWN);
    gpupack_fleet_free(fleet);
    return 0;
}
