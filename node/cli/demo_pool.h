// The demonstration's pool: a hub and its universities, each a node with keys and stores of its own and a
// process of its own (`assidu serve`), and the two administrators of every join.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/clock.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"
#include "node/demo/universities.h"
#include "node/node.h"
#include "node/services/child_process.h"

namespace assidu::node::cli {

class DemoPool {
  public:
    // `clock` and `console` must outlive it. Nodes are made under `out`: "hub", and "universities/ID".
    DemoPool(std::filesystem::path out, std::vector<demo::PoolUniversity> plan, const config::Clock& clock,
             Console& console);
    // Processes that still run are stopped.
    ~DemoPool();
    DemoPool(const DemoPool&) = delete;
    DemoPool& operator=(const DemoPool&) = delete;

    // Each of these does one part, in this order, and says on the console why it failed: `interrupted` if a
    // signal came, `resource` if a process ended by itself. `language` is the reports'.
    [[nodiscard]] ExitCode make_nodes(const std::string& language);
    [[nodiscard]] ExitCode write_logs();
    [[nodiscard]] ExitCode start_hub();
    [[nodiscard]] ExitCode join_universities();
    // Every university's process starts, takes in its logs, computes, declares and sends; until the hub has
    // receipted all that each announced.
    [[nodiscard]] ExitCode run_universities();
    // Until a signal comes, or a process ends.
    [[nodiscard]] ExitCode keep_running();
    // Asks every process to stop and waits for it.
    [[nodiscard]] ExitCode stop();

    [[nodiscard]] const std::vector<demo::PoolUniversity>& plan() const { return plan_; }
    [[nodiscard]] NodeFolder hub_folder() const { return {out_ / "hub"}; }
    [[nodiscard]] NodeFolder folder_of(const demo::PoolUniversity& university) const {
        return {out_ / "universities" / university.node_id};
    }
    [[nodiscard]] const std::string& hub_url() const { return hub_url_; }
    [[nodiscard]] const std::string& hub_fingerprint() const { return hub_fingerprint_; }
    [[nodiscard]] std::int64_t processes() const;

  private:
    struct Process {
        std::string node_id, last_line;
        services::ChildProcess child;
        bool receipted = false;
    };

    [[nodiscard]] ExitCode complain(const config::Refusal& refusal, ExitCode code);
    // `assidu serve` of a node, its complaints in "FOLDER.log".
    void start(const std::string& node_id, const NodeFolder& folder, const std::vector<std::string>& options);
    // Takes in what the processes said; refused if one ended.
    [[nodiscard]] config::Result<void> listen();
    [[nodiscard]] ExitCode join(const Node& hub, const demo::PoolUniversity& university);
    // Which universities have a receipt for everything they announced.
    [[nodiscard]] std::size_t count_receipted(const Node& hub);
    void show(std::size_t receipted);

    std::filesystem::path out_;
    std::vector<demo::PoolUniversity> plan_;
    const config::Clock& clock_;
    Console& console_;
    std::string hub_url_, hub_fingerprint_;
    std::vector<Process> processes_;  // the hub first
};

}  // namespace assidu::node::cli
