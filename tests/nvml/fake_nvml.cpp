// SPDX-License-Identifier: Apache-2.0
// A library with NVML's interface that answers as the environment variable FAKE_NVML says: "dgx1", "switched", "broken"
// (a call fails for GPU1), or "down" (it does not start).
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::string mode() {
    const char* const told = std::getenv("FAKE_NVML");
    return told == nullptr ? "dgx1" : told;
}

int running = 0;

int index_of(void* device) {
    return static_cast<int>(reinterpret_cast<std::size_t>(device)) - 1;
}

/// NVLinks of a DGX-1 with V100 between GPUs of its first half.
constexpr int links[4][4] = {{0, 1, 1, 2}, {1, 0, 2, 1}, {1, 2, 0, 2}, {2, 1, 2, 0}};

/// The partner of a GPU's nth link; -1 for none.
int partner(int gpu, unsigned link) {
    unsigned seen = 0;
    for (int other = 0; other < 4; ++other) {
        seen += static_cast<unsigned>(links[gpu][other]);
        if (link < seen) return other;
    }
    return -1;
}

struct pci {
    char legacy[16];
    unsigned domain, bus, device, id, subsystem;
    char bus_id[32];
};

void fill(pci* to, int gpu) {
    *to = {};
    (void)std::snprintf(to->bus_id, sizeof to->bus_id, "00000000:%02X:00.0", static_cast<unsigned>(0x1a + gpu));
}

} // namespace

extern "C" {
int nvmlInit_v2() {
    if (mode() == "down") return 9;
    ++running;
    return 0;
}
int nvmlShutdown() {
    --running;
    return 0;
}
/// How often it was started and not shut down.
int fake_nvml_running() {
    return running;
}
const char* nvmlErrorString(int result) {
    return result == 9 ? "Driver Not Loaded" : "GPU is lost";
}
int nvmlDeviceGetCount_v2(unsigned* count) {
    *count = 4;
    return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
    *device = reinterpret_cast<void*>(static_cast<std::size_t>(index) + 1);
    return 0;
}
int nvmlDeviceGetName(void* device, char* name, unsigned size) {
    if (mode() == "broken" && index_of(device) == 1) return 15;
    (void)std::snprintf(name, size, "Fake GPU");
    return 0;
}
int nvmlDeviceGetUUID(void* device, char* uuid, unsigned size) {
    (void)std::snprintf(uuid, size, "GPU-%d", index_of(device));
    return 0;
}
int nvmlDeviceGetMemoryInfo(void*, unsigned long long* info) {
    info[0] = 34089730048ULL;
    return 0;
}
int nvmlDeviceGetPciInfo_v3(void* device, pci* info) {
    fill(info, index_of(device));
    return 0;
}
int nvmlDeviceGetTopologyCommonAncestor(void* a, void* b, int* level) {
    *level = index_of(a) / 2 == index_of(b) / 2 ? 10 : 30;
    return 0;
}
int nvmlDeviceGetNvLinkState(void* device, unsigned link, int* up) {
    *up = mode() == "switched" || partner(index_of(device), link) >= 0 ? 1 : 0;
    return link < 18 ? 0 : 2;
}
int nvmlDeviceGetNvLinkRemotePciInfo_v2(void* device, unsigned link, pci* info) {
    fill(info, partner(index_of(device), link));
    return 0;
}
int nvmlDeviceGetNvLinkRemoteDeviceType(void*, unsigned, int* type) {
    *type = mode() == "switched" ? 2 : 0;
    return 0;
}
int nvmlDeviceGetMemoryAffinity(void* device, unsigned, unsigned long* nodes, int) {
    *nodes = index_of(device) < 2 ? 1 : 4;
    return 0;
}
}
