#include "node/demo/universities.h"

#include <array>
#include <stdexcept>
#include <string_view>

namespace assidu::node::demo {
namespace {

struct Invented {
    std::string_view node_id, name;
    std::int64_t weight;  // of its size: 100 is the mean
};

// No university has such a name.
constexpr std::array<Invented, kUniversitiesMax> kInvented{{
    {"lyon-est", "Université de Lyon-Est", 190},
    {"deux-rives", "Université des Deux-Rives", 160},
    {"bretagne-littoral", "Université de Bretagne-Littoral", 140},
    {"gascogne", "Université de Gascogne", 130},
    {"provence-durance", "Université de Provence-Durance", 120},
    {"artois-maritime", "Université de l’Artois maritime", 110},
    {"marches-de-lorraine", "Université des Marches de Lorraine", 105},
    {"bas-poitou", "Université du Bas-Poitou", 100},
    {"haut-vexin", "Université du Haut-Vexin", 95},
    {"berry-sologne", "Université de Berry-Sologne", 90},
    {"vivarais", "Université du Vivarais", 80},
    {"hauts-de-bigorre", "Université des Hauts de Bigorre", 70},
    {"val-de-sambre", "Université du Val de Sambre", 65},
    {"bresse-revermont", "Université de Bresse-Revermont", 60},
    {"castagniccia", "Université de la Castagniccia", 45},
    {"ile-d-ys", "Université de l’Île d’Ys", 40},
}};

// `total` by weight over the first `count` universities: each at least `least`, and the sum exact.
std::vector<std::int64_t> shares(std::int64_t total, std::int64_t least, std::size_t count) {
    std::int64_t weights = 0;
    for (std::size_t i = 0; i < count; ++i)
        weights += kInvented.at(i).weight;
    const std::int64_t spread = total - least * static_cast<std::int64_t>(count);
    std::vector<std::int64_t> parts;
    std::int64_t sum_of_weights = 0, given = 0;
    for (std::size_t i = 0; i < count; ++i) {
        sum_of_weights += kInvented.at(i).weight;
        const std::int64_t until = spread * sum_of_weights / weights;
        parts.push_back(least + until - given);
        given = until;
    }
    return parts;
}

}  // namespace

std::vector<PoolUniversity> plan_pool(const PoolSize& size) {
    if (size.universities < 1 || size.universities > kUniversitiesMax)
        throw std::invalid_argument("a pool of the demonstration has 1 to 16 universities");
    const auto count = static_cast<std::size_t>(size.universities);
    if (size.students < kStudentsMin * size.universities)
        throw std::invalid_argument("a university of the demonstration has at least 4 students");
    const auto students = shares(size.students, kStudentsMin, count);
    const auto events = shares(size.events, 0, count);
    std::vector<PoolUniversity> pool;
    for (std::size_t i = 0; i < count; ++i) {
        PoolUniversity& one = pool.emplace_back();
        one.node_id = kInvented.at(i).node_id;
        one.hostname = "moodle." + one.node_id + ".example";
        one.month.seed = size.seed;
        one.month.index = static_cast<int>(i);
        one.month.name = std::string(kInvented.at(i).name) + " (démonstration)";
        one.month.email_domain = one.node_id + ".example";
        one.month.students = static_cast<int>(students[i]);
        one.month.others = std::max(kStudentsMin, one.month.students / 3);
        one.month.events_target = events[i];
    }
    return pool;
}

}  // namespace assidu::node::demo
