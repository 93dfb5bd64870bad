// SPDX-License-Identifier: Apache-2.0
// A scheduler that survives kill -9. It writes each placement to a journal before it tells anybody, and restores them when
// it starts again. Without arguments, the program starts itself as that scheduler, kills it a hundred times at random
// points, and checks each time that no GPU is given twice and that nothing it has told is lost.
//
//     12_daemon JOURNAL SEED    the scheduler: places and releases tasks until it is killed
#include <gpupack/core/random.hpp>
#include <gpupack/fleet.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/placement_text.hpp>
#include <gpupack/topology/models.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace gpupack;

namespace {

/// The nodes, which a real scheduler would learn from its control plane. What runs there is not among it.
void add_nodes(fleet& scheduler) {
    const node_spec spec{.cpu = 64_cores, .memory = 256_GiB, .gpus = {4, models::a100_40gb}};
    for (const char* name : {"n1", "n2", "n3"})
        if (const auto added = scheduler.put_node(name, spec); !added) std::cerr << added.error().message << '\n';
}

any_scheduler nobody() {
    return any_scheduler{cluster_builder{}.build().value(), any_policy{policy::best_fit{}, search::indexed{}}, "best-fit"};
}

/// What is placed, as the journal says: `+ RECORD` for a placement, `- TASK` for a release. A last line without an end was
/// cut by the kill; nobody was told of it.
std::map<std::string, placement_record> read_journal(const std::string& path) {
    std::map<std::string, placement_record> live;
    std::ifstream in{path};
    for (std::string line; std::getline(in, line) && !in.eof();) {
        if (line.starts_with("- ")) live.erase(line.substr(2));
        if (!line.starts_with("+ ")) continue;
        const auto record = placement_from_text(line.substr(2));
        if (record) live.insert_or_assign(record->task, *record);
    }
    return live;
}

/// A file to which whole lines are appended, each in one call.
class journal {
  public:
    /// Starts with what is placed now, in place of the old lines: written aside and renamed, so that a kill leaves one or
    /// the other.
    journal(const std::string& path, const std::map<std::string, placement_record>& live) {
        const std::string aside = path + ".new";
        {
            std::ofstream out{aside, std::ios::trunc};
            for (const auto& [task, record] : live) out << "+ " << to_text(record) << '\n';
        }
        if (std::rename(aside.c_str(), path.c_str()) != 0) std::perror("rename");
        file_ = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    }
    journal(const journal&) = delete;
    journal& operator=(const journal&) = delete;
    ~journal() { close(file_); }

    /// Appends a line. Against a loss of power, fdatasync() would follow.
    [[nodiscard]] bool append(const std::string& line) const {
        return write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    }

  private:
    int file_ = -1;
};

/// Tells somebody outside, here the program that started this one.
void tell(const std::string& line) {
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::exit(1);
}

/// The scheduler.
int run(const std::string& path, std::uint64_t seed) {
    fleet scheduler{nobody()};
    add_nodes(scheduler);
    const auto before = read_journal(path);
    for (const auto& [task, record] : before)
        if (const auto restored = scheduler.restore(record, true); !restored) std::cerr << restored.error().message << '\n';
    const journal log{path, before};
    random_stream random{seed};
    for (std::uint64_t number = 0;; ++number) {
        const std::vector<placement_record> live = scheduler.records();
        if (!live.empty() && random.below(5) < 2) {
            const std::string task = live[random.below(live.size())].task;
            if (!log.append("- " + task + "\n") || !scheduler.release(task)) return 1;
            tell("- " + task + "\n");
            continue;
        }
        request request{.cpu = 1_cores, .gpus = static_cast<int>(1 + random.below(2))};
        if (random.below(2) == 0) request.share = slice{.memory = mebibytes{static_cast<std::int64_t>(1024 * (1 + random.below(20)))}};
        if (random.below(4) == 0) request.share = split_slice{.memory = 30_GiB};
        const auto placed = scheduler.place("t" + std::to_string(seed) + "-" + std::to_string(number), request);
        if (!placed) continue;
        if (!log.append("+ " + to_text(*placed) + "\n")) return 1;
        tell("+ " + placed->task + "\n");
    }
}

/// Starts the scheduler, kills it after a while, and returns what it told until then.
std::string start_and_kill(const char* program, const std::string& path, std::uint64_t seed, std::uint64_t microseconds) {
    int pipes[2];
    if (pipe(pipes) != 0) return {};
    const pid_t child = fork();
    if (child == 0) {
        dup2(pipes[1], STDOUT_FILENO);
        close(pipes[0]);
        execl(program, program, path.c_str(), std::to_string(seed).c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    close(pipes[1]);
    std::thread killer{[&] {
        std::this_thread::sleep_for(std::chrono::microseconds{microseconds});
        kill(child, SIGKILL);
    }};
    std::string heard;
    char buffer[4096];
    for (ssize_t count = 0; (count = read(pipes[0], buffer, sizeof buffer)) > 0;) heard.append(buffer, static_cast<std::size_t>(count));
    killer.join();
    close(pipes[0]);
    waitpid(child, nullptr, 0);
    return heard.substr(0, heard.rfind('\n') + 1);
}

/// What is wrong with the journal after a kill; nothing is.
std::optional<std::string> problem(const std::string& path, std::map<std::string, bool>& told, const std::string& heard) {
    for (std::size_t begin = 0; begin < heard.size();) {
        const std::size_t end = heard.find('\n', begin);
        told[heard.substr(begin + 2, end - begin - 2)] = heard[begin] == '+';
        begin = end + 1;
    }
    const auto live = read_journal(path);
    fleet check{nobody()};
    add_nodes(check);
    for (const auto& [task, record] : live) // not forced: what is given twice does not fit
        if (const auto restored = check.restore(record); !restored) return restored.error().message;
    int released = 0; // written down, and killed before it was told
    for (const auto& [task, placed] : told) {
        if (placed && !live.contains(task)) ++released;
        if (!placed && live.contains(task)) return task + " was released and is back";
    }
    if (released > 1) return std::to_string(released) + " placements are lost";
    for (auto& [task, placed] : told) placed = live.contains(task);
    return std::nullopt;
}

} // namespace

int main(int count, char** arguments) {
    if (count == 3) return run(arguments[1], std::strtoull(arguments[2], nullptr, 10));
    const std::string path = (std::filesystem::temp_directory_path() / ("gpupack-daemon-" + std::to_string(getpid()))).string();
    random_stream random{42};
    std::map<std::string, bool> told; // every task that was ever told, and whether it is placed
    std::size_t lines = 0;
    for (std::uint64_t round = 1; round <= 100; ++round) {
        const std::string heard = start_and_kill(arguments[0], path, round, 2'000 + random.below(20'000));
        lines += static_cast<std::size_t>(std::count(heard.begin(), heard.end(), '\n'));
        if (const auto wrong = problem(path, told, heard)) {
            std::cerr << "after kill " << round << ": " << *wrong << '\n';
            return 1;
        }
    }
    std::cout << "killed 100 times, told of " << lines << " changes, " << read_journal(path).size()
              << " tasks are placed: no GPU is given twice, nothing is lost\n";
    std::filesystem::remove(path);
    return lines > 100 ? 0 : 1;
}
