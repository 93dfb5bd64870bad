// SPDX-License-Identifier: Apache-2.0
#include "answer.hpp"

#include "allocate.hpp"

#include <gpupack/io/kubernetes/write_allocation.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <string>

namespace dra_program {

namespace {

namespace dra = gpupack::dialect::dra;

/// The answer to one case; the time is that of the allocation alone.
nlohmann::json answer_to(const nlohmann::json& question, const options& chosen) {
    nlohmann::json made{{"id", question.value("id", "")}};
    dra::dra_features features = chosen.features;
    if (question.contains("features")) {
        std::string names;
        for (const nlohmann::json& name : question["features"]) names.append(name.get<std::string>()).append(",");
        features = dra::features_named(names).first;
    }
    const auto objects = gpupack::io::read_dra_objects(question.at("list"));
    if (!objects) return made.update({{"outcome", "error"}, {"error", objects.error().message()}}), made;
    const auto start = std::chrono::steady_clock::now();
    const auto outcome = allocation_on(*objects, question.at("node").get<std::string>(),
                                       {.features = features, .quirks = chosen.quirks, .bounds = chosen.bounds});
    made["ms"] = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (!outcome || outcome->failure) {
        made["outcome"] = "error";
        made["error"] = outcome ? outcome->failure->text() : outcome.error().message;
        made["code"] = outcome ? std::string{name_of(outcome->failure->kind)} : outcome.error().code;
        return made;
    }
    made["steps"] = outcome->steps;
    made["outcome"] = outcome->allocated ? "allocated" : "none";
    for (const dra::claim_allocation& claim : outcome->claims)
        made["claims"].push_back(gpupack::io::allocation_json(claim));
    return made;
}

} // namespace

int answer(const options& chosen) {
    std::ifstream file;
    if (chosen.file != "-") file.open(chosen.file);
    std::istream& input = chosen.file == "-" ? std::cin : file;
    if (!input) {
        std::cerr << "gpupack-dra: " << chosen.file << ": expected a file that can be read\n";
        return exit_error;
    }
    std::string line;
    for (std::size_t number = 1; std::getline(input, line); ++number) {
        if (line.empty()) continue;
        const nlohmann::json question = nlohmann::json::parse(line, nullptr, false);
        if (question.is_discarded() || !question.is_object() || !question.contains("list") ||
            !question.contains("node")) {
            std::cerr << "gpupack-dra: " << chosen.file << ":" << number
                      << ": expected an object with a list and a node\n";
            return exit_error;
        }
        std::cout << answer_to(question, chosen).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    }
    return exit_allocated;
}

} // namespace dra_program
