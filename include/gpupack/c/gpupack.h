/* SPDX-License-Identifier: Apache-2.0 */
/* The C interface of gpupack, for C, Go, Python and all that can call C. libgpupack.so has these functions.
 *
 * - A fleet is a cluster that lives: nodes, GPUs and tasks come and go, and are known by name.
 * - Every call returns a status; none aborts, none throws. gpupack_last_error() is one line about what was wrong.
 * - Structs begin with their size, so that they may grow: set `size` to sizeof, all else to 0 first.
 * - Texts that come in are UTF-8, end with 0, and are copied. Texts in a gpupack_placement are valid until the next call
 *   of this library in the same thread.
 * - Texts that go out into a buffer follow snprintf: *length is the size of the buffer before, and the length of the
 *   text, its 0 not counted, after. Where it does not fit, it is cut and the status is GPUPACK_FULL.
 * - Any number of threads may call at once, also with one fleet; a fleet must not be freed while it is used.
 */
#ifndef GPUPACK_C_GPUPACK_H
#define GPUPACK_C_GPUPACK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a struct or a function changes in a way that old programs do not bear, and part of the name of the library:
 * libgpupack.so.0. 0 until the first release that promises it. */
#define GPUPACK_C_ABI 0
/* GPUs of a node, at most. */
#define GPUPACK_MAX_GPUS 32

#if defined(_WIN32)
#define GPUPACK_API
#else
#define GPUPACK_API __attribute__((visibility("default")))
#endif

typedef struct gpupack_fleet gpupack_fleet;

typedef enum gpupack_status {
    GPUPACK_OK = 0,
    GPUPACK_NO_FIT = 1,    /* the request fits nowhere now */
    GPUPACK_BAD_INPUT = 2, /* a value is wrong */
    GPUPACK_UNKNOWN = 3,   /* a node, task, policy or token of that name is not there */
    GPUPACK_CONFLICT = 4,  /* it is there already, is in use, or has changed */
    GPUPACK_FULL = 5,      /* a limit, or the buffer, is too small */
    GPUPACK_FAULT = 6      /* no memory, or a mistake in this library */
} gpupack_status;

typedef struct gpupack_node {
    uint32_t size;              /* sizeof(gpupack_node) */
    uint32_t gpu_id_count;      /* of gpu_ids: as many as there are GPUs, or 0 */
    const char* name;           /* of the node */
    const char* gpus;           /* "8xH100-80GB", "4xA100-80GB{instances=3g.40gb@0+3g.40gb@4},2xA10"; NULL: none */
    const char* labels;         /* "zone=a,spot"; NULL: none */
    const char* const* gpu_ids; /* how you know each GPU */
    int64_t cpu_milli;          /* thousandths of a core */
    int64_t memory_mib;
} gpupack_node;

typedef struct gpupack_request {
    uint32_t size;       /* sizeof(gpupack_request) */
    int32_t gpus;        /* on one node */
    const char* task;    /* your name for it; unique while it is placed */
    const char* policy;  /* of gpupack_policy_put; NULL: the first */
    const char* share;   /* "exclusive", "slice:20480MiB,250m", "slice:33%", "split:40960MiB", "mig:3g.40gb", "vgpu:A10-4"; NULL: exclusive */
    const char* models;  /* "A100-80GB|H100-80GB"; NULL: any */
    const char* labels;  /* "zone=a,!spot"; NULL: any */
    const char* gpu_ids; /* "GPU-1,GPU-2": these alone, "!GPU-3": not these; NULL: any */
    const char* numa;    /* "none", "best_effort", "restricted", "single"; NULL: none */
    int64_t cpu_milli;
    int64_t memory_mib;
} gpupack_request;

typedef struct gpupack_gpu {
    int32_t gpu;         /* number on the node */
    int32_t start;       /* of an instance, as the driver is told; else -1 */
    const char* id;      /* as you know it; "" where you gave none */
    const char* profile; /* of an instance; else "" */
    int64_t memory_mib;  /* of a split slice; else 0 */
} gpupack_gpu;

typedef struct gpupack_placement {
    uint32_t size; /* sizeof(gpupack_placement) */
    uint32_t gpu_count;
    const char* node;
    const char* record; /* one line with all that it holds: what gpupack_restore reads */
    gpupack_gpu gpus[GPUPACK_MAX_GPUS];
} gpupack_placement;

/* GPUPACK_C_ABI of the library. */
GPUPACK_API uint32_t gpupack_abi(void);
/* "0.2.0". */
GPUPACK_API const char* gpupack_version(void);
/* One line about the last call of this thread that failed. Valid until the next call of the thread. */
GPUPACK_API const char* gpupack_last_error(void);

/* A fleet without nodes, whose first policy is the preset of that name ("best-fit"); NULL: "best-fit". */
GPUPACK_API gpupack_status gpupack_fleet_new(const char* policy, gpupack_fleet** fleet);
/* Frees it; NULL is allowed. */
GPUPACK_API void gpupack_fleet_free(gpupack_fleet* fleet);
/* Adds a policy, the preset, under a name that requests may use; or decides by it under that name from now on. */
GPUPACK_API gpupack_status gpupack_policy_put(gpupack_fleet* fleet, const char* name, const char* preset);

/* Adds a node, or changes what the node of that name has. What runs there goes on. */
GPUPACK_API gpupack_status gpupack_node_put(gpupack_fleet* fleet, const gpupack_node* node);
/* Takes a node out. What ran there is released. */
GPUPACK_API gpupack_status gpupack_node_remove(gpupack_fleet* fleet, const char* node);
/* Closes (1) or opens (0) a node, or GPUs of it: "0,2-5"; NULL: the node. What runs there stays. */
GPUPACK_API gpupack_status gpupack_node_close(gpupack_fleet* fleet, const char* node, const char* gpus, int closed);
/* Closes a node and tells all that runs there to leave. */
GPUPACK_API gpupack_status gpupack_node_drain(gpupack_fleet* fleet, const char* node);

/* Places a task. The placement may be NULL. */
GPUPACK_API gpupack_status gpupack_place(gpupack_fleet* fleet, const gpupack_request* request, gpupack_placement* placement);
/* What gpupack_place would do, without doing it. The task is not looked at. */
GPUPACK_API gpupack_status gpupack_try(gpupack_fleet* fleet, const gpupack_request* request, gpupack_placement* placement);
/* Places a task and holds it until a time of your choice: commit makes it stay, abort and expire give it back. */
GPUPACK_API gpupack_status gpupack_hold(gpupack_fleet* fleet, const gpupack_request* request, int64_t expiry, uint64_t* token,
                                        gpupack_placement* placement);
/* Both may be called as often as you like. */
GPUPACK_API gpupack_status gpupack_commit(gpupack_fleet* fleet, uint64_t token);
GPUPACK_API gpupack_status gpupack_abort(gpupack_fleet* fleet, uint64_t token);
/* Gives up the holds whose time has come; `count` may be NULL. */
GPUPACK_API gpupack_status gpupack_expire(gpupack_fleet* fleet, int64_t now, uint64_t* count);

/* Puts a task back as a record says; forced (1), onto closed and full nodes too. */
GPUPACK_API gpupack_status gpupack_restore(gpupack_fleet* fleet, const char* record, int force);
/* Releases what a task holds. */
GPUPACK_API gpupack_status gpupack_release(gpupack_fleet* fleet, const char* task);
/* Says that a task was told to leave (1), or stays (0). It holds what it has until it is released. */
GPUPACK_API gpupack_status gpupack_leave(gpupack_fleet* fleet, const char* task, int leaving);
/* What a task holds. */
GPUPACK_API gpupack_status gpupack_task(gpupack_fleet* fleet, const char* task, gpupack_placement* placement);
/* The records of all tasks on a node, one a line, oldest first; NULL: on all nodes. */
GPUPACK_API gpupack_status gpupack_tasks(gpupack_fleet* fleet, const char* node, char* text, size_t* length);
/* Counters and gauges as Prometheus reads them. */
GPUPACK_API gpupack_status gpupack_metrics(gpupack_fleet* fleet, char* text, size_t* length);

#ifdef __cplusplus
}
#endif
#endif
