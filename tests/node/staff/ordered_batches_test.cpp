// Batches that staff asked for, run in turns: whatever ends a turn, nothing is issued twice and nobody is
// left out.
#include <algorithm>
#include <map>

#include "config/clock.h"
#include "config/limits.h"
#include "node/archive/dossier_store.h"
#include "node/staff/batch_orders.h"
#include "node/staff/ordered_batches.h"
#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
namespace limits = config::limits;
using node::staff::BatchLine;
using node::staff::BatchOrders;
using node::staff::OrderedBatch;
using State = OrderedBatch::State;
using ::testing::HasSubstr;

class OrderedBatches : public NodeProcess {
  protected:
    void SetUp() override {
        init();
        std::string people = "id,username,firstname,lastname\n", log = kHeader;
        std::string dossiers = "student,funder,dossier,from,to\n";
        std::int64_t id = 0;
        for (int user = 50; user < 54; ++user) {
            const std::string name = std::to_string(user);
            people += name + ",u" + name + ",A,Nom" + name + "\n";
            for (int k = 0; k < 5; ++k)
                log += row(++id, user, kMorning + k * 60);
            dossiers +=
                "u" + name + (user % 2 == 0 ? ",OPCO" : ",Région") + ",D" + name + ",2026-01-01,2026-12-31\n";
        }
        log += row(++id, 50, kMorning + 5 * 86'400);
        ASSERT_EQ(run({"import", folder.write("people.csv", people), folder.write("log.csv", log)}).exit_code,
                  0);
        ASSERT_EQ(run({"dossier", "import", folder.write("d.csv", dossiers)}).exit_code, 0);
        open();
    }
    void open() {
        opened.emplace(node::Node::open({dir()}, clock, node::Node::Access::look).value());
        orders = std::make_unique<BatchOrders>(node::archive::DossierStore::path_in(dir()));
    }
    [[nodiscard]] const std::string& id() const { return opened->settings().node_id; }
    [[nodiscard]] std::int64_t ask(bool groups = true, const std::string& whom = "") const {
        OrderedBatch asked;
        asked.account = "anne";
        asked.conditions = {"everyone"};
        asked.whom = whom;
        asked.period = {*config::parse_iso_date("2026-03-02"), *config::parse_iso_date("2026-03-04")};
        asked.formats = {node::ReportFormat::json};
        asked.package = false;
        asked.groups = groups;
        asked.language = reports::Language::en;
        return orders->put(id(), asked, node::NodeDirectory(*opened).students()).value();
    }
    // A turn that lasts for so many reports; what it said.
    bool turn(int reports) {
        said.clear();
        node::staff::OrderedEvents events;
        events.done = [&](const std::string& line) { said += line + "\n"; };
        events.goes_on = [&, left = reports]() mutable {
            if (on_look) on_look();
            return left-- > 0;
        };
        return node::staff::run_ordered_batches(*opened, events);
    }
    [[nodiscard]] OrderedBatch now(std::int64_t number) const { return orders->find(id(), number).value(); }
    [[nodiscard]] std::map<std::string, std::string> files(std::int64_t number) const {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(node::staff::folder_of(dir(), number)))
            if (entry.path().extension() == ".json") all[entry.path().string()] = contents_of(entry.path());
        return all;
    }
    [[nodiscard]] std::size_t noted() const {
        return std::ranges::count(run({"report", "list"}).out, '\n') / 2;
    }

    config::FixedClock clock{kMorning + 10 * 86'400};
    std::optional<node::Node> opened;
    std::unique_ptr<BatchOrders> orders;
    std::string said;
    std::function<void()> on_look;
};

TEST_F(OrderedBatches, AreGoneOnWithAfterEveryReportAtWhichATurnCouldEnd) {
    const std::int64_t number = ask();
    std::map<std::string, std::string> before;
    // Four reports and two groups, one a turn, each turn by another process as far as the batch can know.
    for (int done = 1; done < 6; ++done) {
        EXPECT_TRUE(turn(2));
        EXPECT_EQ(now(number).state, State::running);
        EXPECT_EQ(now(number).issued, done);
        EXPECT_EQ(now(number).jobs, 6);
        const auto after = files(number);
        EXPECT_EQ(after.size(), static_cast<std::size_t>(done));
        for (const auto& [path, text] : before)
            EXPECT_EQ(after.at(path), text) << "made again: " << path;
        before = after;
        opened.reset();
        clock.set(clock.now_utc_s() + 60);
        open();
    }
    EXPECT_FALSE(turn(100));
    EXPECT_EQ(said, "batch 1 of anne: issued 6, issued again 0, unchanged 0, not issued 0\n");
    EXPECT_EQ(now(number).state, State::done);
    EXPECT_EQ(noted(), 6U);
    const std::string index = contents_of(node::staff::folder_of(dir(), number) / "index.html");
    EXPECT_THAT(index, HasSubstr("Last run: 6 issued"));
    EXPECT_FALSE(turn(100));
    EXPECT_EQ(said, "");
}

TEST_F(OrderedBatches, StoppedWhileItRunsAndForgottenLeavesNothing) {
    const std::int64_t number = ask();
    on_look = [&, looks = 0]() mutable {
        if (++looks != 3) return;
        EXPECT_TRUE(orders->stop(id(), number, clock.now_utc_s()));
    };
    EXPECT_FALSE(turn(100));
    EXPECT_EQ(now(number).state, State::stopped);
    EXPECT_LT(now(number).issued, 6);
    const std::int64_t issued = now(number).issued;
    on_look = nullptr;
    EXPECT_TRUE(orders->again(id(), number));
    EXPECT_EQ(now(number).issued, issued);  // it goes on from there
    on_look = [&, looks = 0]() mutable {
        if (++looks != 3) return;
        EXPECT_FALSE(orders->forget(id(), number));
        EXPECT_TRUE(orders->stop(id(), number, clock.now_utc_s()));
        EXPECT_TRUE(orders->forget(id(), number));
    };
    EXPECT_FALSE(turn(100));
    EXPECT_EQ(orders->find(id(), number), std::nullopt);
    EXPECT_FALSE(fs::exists(node::staff::folder_of(dir(), number)));
    EXPECT_TRUE(orders->lines(id(), number).empty());
    EXPECT_TRUE(orders->students(id(), number).empty());
}

TEST_F(OrderedBatches, OneThatCannotBeMadeKeepsNoOtherFromBeingMade) {
    const std::int64_t bad = ask(true, "funder:nobody"), good = ask(false, "funder:OPCO");
    EXPECT_FALSE(turn(100));
    EXPECT_EQ(now(bad).state, State::failed);
    EXPECT_THAT(now(bad).why, HasSubstr("no student is of that selection"));
    EXPECT_EQ(now(good).state, State::done);
    EXPECT_EQ(now(good).issued, 2);
}

TEST_F(OrderedBatches, HaveLimits) {
    for (std::size_t i = 0; i < limits::kBatchOrdersOpenMax; ++i)
        (void)ask();
    OrderedBatch asked = now(1);
    EXPECT_EQ(orders->put(id(), asked, {}).error().what, "open");
    for (std::size_t i = limits::kBatchOrdersOpenMax; i < limits::kBatchOrdersMax; ++i) {
        asked.account = "a" + std::to_string(i);
        ASSERT_TRUE(orders->put(id(), asked, {})) << i;
    }
    asked.account = "one more";
    EXPECT_EQ(orders->put(id(), asked, {}).error().what, "full");
}

}  // namespace
}  // namespace assidu::tests
