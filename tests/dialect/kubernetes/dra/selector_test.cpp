// SPDX-License-Identifier: Apache-2.0
#include <gpupack/dialect/kubernetes/dra/selector.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dra = gpupack::dialect::dra;

namespace {

dra::device a_device() {
    dra::device one{.name = "gpu-0"};
    one.attributes = {{"driverVersion", dra::version_text{"580.95.5"}},
                      {"links", std::vector<std::string>{"a", "b"}},
                      {"profile", std::string{"1g.10gb"}}};
    one.capacity = {{"memory", *dra::quantity::parse("9856Mi"), {}}};
    return one;
}

/// "yes", "no", "fails" or "does not compile".
std::string selects(const std::string& expression) {
    const auto selector = dra::selector::compile(expression);
    if (!selector) return "does not compile";
    const auto selected = selector->evaluate(a_device(), "gpu.nvidia.com");
    return !selected ? "fails" : *selected ? "yes" : "no";
}

} // namespace

TEST(dra_selector, selects_as_real_classes_do) {
    EXPECT_EQ(selects("device.driver == 'gpu.nvidia.com' && device.attributes['gpu.nvidia.com'].profile == '1g.10gb'"),
              "yes");
    EXPECT_EQ(selects("device.attributes['gpu.nvidia.com'].profile in ['3g.20gb', '7g.40gb']"), "no");
    EXPECT_EQ(selects("device.capacity['gpu.nvidia.com'].memory.compareTo(quantity('10Gi')) < 0"), "yes");
    EXPECT_EQ(selects("device.attributes['gpu.nvidia.com'].driverVersion.isGreaterThan(semver('580.9.0'))"), "yes");
    EXPECT_EQ(selects("device.attributes['gpu.nvidia.com'].profile.matches('^1g\\\\.(5|10)gb$')"), "yes");
    EXPECT_EQ(selects("cel.bind(a, device.attributes['gpu.nvidia.com'], a.links.exists(l, l == 'b'))"), "yes");
    EXPECT_EQ(selects("device.attributes['gpu.nvidia.com'].?absent.orValue('none') == 'none'"), "yes");
}

TEST(dra_selector, fails_where_an_attribute_is_missing_unless_that_does_not_matter) {
    EXPECT_EQ(selects("device.attributes['gpu.nvidia.com'].absent == 1"), "fails");
    EXPECT_EQ(selects("has(device.attributes['gpu.nvidia.com'].absent)"), "no");
    EXPECT_EQ(selects("device.attributes['gpu.nvidia.com'].absent == 1 || device.driver != ''"), "yes");
    EXPECT_EQ(selects("'other' in device.attributes"), "no");
    EXPECT_EQ(selects("device.attributes['other'].x == 1"), "fails");
}

TEST(dra_selector, says_what_does_not_compile) {
    for (const char* expression :
         {"", "device.driver", "device.name == 'x'", "devices.driver == 'x'", "device.driver == 1",
          "ip('::1').family() == 6", "1 +", "'a", "device.driver.foo()", "[1, 'a'].size() == 2", "'a'.matches('[')"})
        EXPECT_EQ(selects(expression), "does not compile") << expression;
    EXPECT_EQ(dra::selector::compile("device.name == 'x'").error().message(),
              "selector: \"device.name == 'x'\": expected an expression without: undefined field 'name'");
    EXPECT_EQ(selects(std::string(20'000, '(')), "does not compile");
    EXPECT_EQ(selects(std::string(9'000, '!') + "true"), "does not compile");
}

TEST(dra_selector, ends_in_any_case) {
    std::string nested = "true";
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g"})
        nested = std::string{"[1,2,3,4,5,6,7,8,9,10].all("} + name + ", " + nested + ")";
    EXPECT_EQ(selects(nested), "fails");                                          // ten million steps
    EXPECT_EQ(selects("'" + std::string(60, 'a') + "'.matches('(a*)*b')"), "no"); // no backtracking
}
