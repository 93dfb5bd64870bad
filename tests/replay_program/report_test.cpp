// SPDX-License-Identifier: Apache-2.0
// The page that --report writes: what is in the file, what it shows once its script has run, and that it opens in a
// browser. What needs node or chromium is skipped where they are not installed.
#include <gpupack/presets.hpp>

#include "program_fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

bool is_installed(const std::string& program) {
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

/// The JSON in the script element of that id.
nlohmann::json json_in(const std::string& page, const std::string& id) {
    const std::string begin = "<script type=\"application/json\" id=\"" + id + "\">";
    const std::size_t from = page.find(begin);
    if (from == std::string::npos) return {};
    const std::size_t first = from + begin.size();
    return nlohmann::json::parse(page.substr(first, page.find("</script>", first) - first));
}

class replay_report : public replay_program {
  protected:
    /// The page that the program writes for these arguments.
    [[nodiscard]] std::string page(const std::string& arguments) const {
        const run made = call(arguments + " --report page.html");
        EXPECT_EQ(made.status, 0) << made.err;
        return content("page.html");
    }

    /// What the page shows once its script has run and every control of it was used; an element a line.
    [[nodiscard]] std::string shown(const std::string& arguments) const {
        EXPECT_FALSE(page(arguments).empty());
        const std::string files = " " + (folder_ / "page.html").string() + " >" + (folder_ / "shown.txt").string();
        const int status =
            std::system(("node " GPUPACK_SOURCE_DIR "/tests/replay_program/open_page.mjs" + files + " 2>&1").c_str());
        EXPECT_EQ(status, 0) << content("shown.txt");
        return content("shown.txt");
    }
};

void expect_shows(const std::string& text, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

void expect_hides(const std::string& text, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) EXPECT_EQ(text.find(part), std::string::npos) << part << "\n" << text;
}

#define SKIP_WITHOUT(program)                                                                                          \
    if (!is_installed(program)) GTEST_SKIP() << program << " is not installed"

} // namespace

TEST_F(replay_report, is_one_page_that_holds_the_json_and_loads_nothing) {
    const std::string html = page(recorded + "--policy fgd,best-fit --seed 1:2 --json runs.json");
    EXPECT_EQ(html.rfind("<!doctype html>", 0), 0U) << html.substr(0, 80);
    for (const char* loaded : {"https:", "src=", "@import", "url(", "<link rel=\"stylesheet\"", "import(", "fetch("})
        EXPECT_EQ(html.find(loaded), std::string::npos) << loaded;
    EXPECT_EQ(count(html, "http:"), count(html, "http://www.w3.org/2000/svg")); // the name of SVG's namespace
    for (const char* mark : {"{{meta}}", "{{runs}}", "{{style}}", "{{script}}"})
        EXPECT_EQ(html.find(mark), std::string::npos) << mark;
    EXPECT_EQ(json_in(html, "runs"), nlohmann::json::parse(content("runs.json")));
    const auto meta = json_in(html, "meta");
    EXPECT_EQ(meta["program"].get<std::string>() + "\n", call("--version").out);
    EXPECT_EQ(meta["command"],
              "gpupack-replay " + recorded + "--policy fgd,best-fit --seed 1:2 --json runs.json --report page.html");
    EXPECT_EQ(meta["named"], (std::vector<std::string>{"fgd", "best-fit"}));
    EXPECT_EQ(meta["nodes"]["names"].size(), 2U);
    EXPECT_EQ(meta["use"].size(), 2U);
    EXPECT_EQ(meta["use"][0]["percent"].size(), 6U);
}

TEST_F(replay_report, keeps_names_that_look_like_its_own_elements_inside_the_json) {
    const std::string name = "</script><b>&\u00e9";
    write("odd.csv", "sn,cpu_milli,memory_mib,gpu,model\n" + name + ",8000,8192,2,T4\n");
    const std::string html = page("--nodes odd.csv --pods pods.csv --policy fgd");
    EXPECT_EQ(count(html, "</script>"), 3U);
    EXPECT_EQ(json_in(html, "meta")["nodes"]["names"][0], name);
}

TEST_F(replay_report, makes_named_policies_stand_out_beside_all) {
    const auto meta = json_in(page(recorded + "--policy all,worst-fit,fgd"), "meta");
    EXPECT_EQ(meta["named"], (std::vector<std::string>{"worst-fit", "fgd"}));
    EXPECT_EQ(json_in(page(recorded), "meta")["named"].size(), 0U);
    expect_refused(recorded + "--policy all,fgd,fgd", "--policy: \"fgd\": expected each policy once");
    expect_refused(recorded + "--policy all,all", "--policy: \"all\": expected each policy once");
}

TEST_F(replay_report, has_scripts_that_parse) {
    SKIP_WITHOUT("node");
    std::size_t parsed = 0;
    for (const auto& file : std::filesystem::directory_iterator{GPUPACK_SOURCE_DIR "/tools/gpupack-replay/report"})
        if (file.path().extension() == ".js") {
            EXPECT_EQ(std::system(("node --check " + file.path().string()).c_str()), 0) << file.path();
            ++parsed;
        }
    EXPECT_GE(parsed, 1U);
}

TEST_F(replay_report, shows_every_policy_and_section) {
    SKIP_WITHOUT("node");
    const std::string text = shown(recorded + "--policy all,gpu-clustering --seed 1:2");
    expect_shows(text, {"gpupack replay: pods.csv", "Allocated GPUs as tasks arrive", "Fragmented GPUs as tasks arrive",
                        "Policies", "Allocated by what has arrived", "What any policy could have allocated",
                        "Gap closed,\u00a0%", "Why GPUs are idle at the end", "Failed by size", "tasks that arrived",
                        "Against fgd, seed by seed", "the most that any policy could allocate", "at most ",
                        "Every GPU at the end", "GPUs full", "over seeds", "more policies"});
    for (const auto& row : gpupack::presets)
        if (!row.name.starts_with("mig-") && !row.name.starts_with("gpuallocator") && row.name != "hami-topology" &&
            !row.name.starts_with("link-")) {
            EXPECT_NE(text.find("\n" + std::string{row.name} + "\n"), std::string::npos) << row.name;
        }
}

TEST_F(replay_report, shows_one_seed_of_one_policy) {
    SKIP_WITHOUT("node");
    const std::string text = shown(recorded + "--policy first-fit --load 0.5");
    expect_shows(text, {"first-fit allocates ", "Why GPUs are idle at the end", "1 run of 1 policy."});
    expect_hides(text, {"Against fgd", "Gap closed", "over seeds", "Waited by size", "Rounded up is", "wastes least",
                        "points below the best", "1="});
}

TEST_F(replay_report, shows_recorded_time) {
    SKIP_WITHOUT("node");
    const std::string text = shown(recorded + "--policy first-fit,fgd --seed 1:2 --timeline");
    expect_shows(text, {"Waited by size", "Allocated GPUs over time", "Waiting tasks over time", "Nodes over time",
                        "A row is a node", "in recorded time", "Mean wait", "wastes least: it allocates ",
                        "on average over time", "Slowdown", "Mean wait by size", "GPU hours", "Idle, tasks wait"});
    expect_hides(text, {"Why GPUs are idle", "What any policy could"});
}

TEST_F(replay_report, gives_equal_policies_one_rank) {
    SKIP_WITHOUT("node");
    const std::string text = shown(recorded + "--policy first-fit,best-fit --load 0.1");
    expect_shows(text, {"Both policies allocate ", "1=", "equal as printed"});
}

TEST_F(replay_report, shows_tasks_that_come_and_go) {
    SKIP_WITHOUT("node");
    const std::string text = shown("--workload mixed --policy all --seed 1:2");
    for (const auto& row : gpupack::presets)
        if (!row.name.starts_with("gpuallocator") && row.name != "hami-topology" && row.name != "link-preserve") {
            EXPECT_NE(text.find("\n" + std::string{row.name} + "\n"), std::string::npos) << row.name;
        }
    for (const auto& kind : json_in(content("page.html"), "runs")[0]["kinds"])
        expect_shows(text, {"\n" + kind["name"].get<std::string>() + "\n"});
    expect_shows(text, {"\nmixed\n", "\n25\n", "\n100\n", "100\u202f% of the capacity in milli-GPUs", "\nindexed\n",
                        "\n1, 2\n", "at most ", "Accepted by size", "Accepted by number", "Mean active GPUs",
                        "Decisions a second", "Accepted by kind of task", "over seeds"});
}

TEST_F(replay_report, shows_how_close_together_training_jobs_are) {
    SKIP_WITHOUT("node");
    expect_shows(
        shown("--workload training-h100 --load 0.9 --policy link-preserve,best-fit"),
        {"How close together", "On their best set", "Mean link score", "Gangs in one block", "Gangs in one rack"});
}

TEST_F(replay_report, shows_little_or_nothing) {
    SKIP_WITHOUT("node");
    const std::string few = shown("--workload slices-mib --policy fgd,first-fit --load 0.01");
    expect_shows(few, {"Both policies accept 100.00\u202f% of the MiB requested"});
    expect_hides(few, {"over seeds"}); // of which there is one
    expect_shows(shown("--workload vgpu-t4 --policy fgd --load 0"), {"No task came"});
    write("no_gpus.csv", "sn,cpu_milli,memory_mib,gpu,model\nn0,8000,8192,0,\n");
    expect_shows(shown("--nodes no_gpus.csv --pods pods.csv --policy fgd,best-fit"), {"The cluster has no GPUs"});
    write("no_pods.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\n");
    expect_shows(shown("--nodes nodes.csv --pods no_pods.csv --policy fgd"), {"fgd allocates 0.00\u202f%"});
}

TEST_F(replay_report, opens_in_a_browser) {
    SKIP_WITHOUT("chromium");
    EXPECT_FALSE(page(recorded + "--policy fgd,best-fit --seed 1:2").empty());
    const std::string flags =
        "--headless --no-sandbox --disable-gpu --virtual-time-budget=4000 --enable-logging=stderr "
        "--user-data-dir=" +
        (folder_ / "profile").string();
    const std::string command = "timeout 120 chromium " + flags + " --dump-dom file://" +
                                (folder_ / "page.html").string() + " >" + (folder_ / "dom.html").string() + " 2>" +
                                (folder_ / "log.txt").string();
    ASSERT_EQ(std::system(command.c_str()), 0) << content("log.txt");
    const std::string dom = content("dom.html");
    EXPECT_NE(dom.find("data-drawn="), std::string::npos) << dom.substr(0, 2000);
    EXPECT_NE(dom.find("<path class=\"line\""), std::string::npos);
    EXPECT_EQ(content("log.txt").find("CONSOLE"), std::string::npos) << content("log.txt"); // it says nothing there
}
