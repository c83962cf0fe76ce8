// The pages on which staff have many reports made at once: choose whom, when and in which formats, follow the
// batch while a serving node runs it (node/staff/ordered_batches.h), see by name who was not issued and why,
// download each document, a funder's folder or everything. No script: the page of a batch that runs loads
// itself again, unless its reader tells it not to.
//
// A batch is shown to whoever may see every student of it now; one who sees by funder or group of dossiers,
// also only batches that were asked for under those very conditions. For anybody else it is not there.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "node/services/node_readers.h"
#include "node/staff/batch_orders.h"
#include "node/staff/issue_log.h"
#include "node/web/staff_door.h"
#include "node/web/web_listener.h"

namespace assidu::node::web {

class BatchPages {
  public:
    // All must outlive it. `asked`: a serving node has something to do; from any thread.
    BatchPages(services::NodeReaders& readers, StaffDoor& door, staff::BatchOrders& orders,
               std::function<void()> asked, std::function<void(std::string_view line)> log);

    [[nodiscard]] std::vector<WebRoute> routes();

  private:
    struct Asked;
    struct Looked;
    [[nodiscard]] WebAnswer list(const WebRequest& request);
    [[nodiscard]] WebAnswer start(const WebRequest& request);
    [[nodiscard]] WebAnswer show(const WebRequest& request);
    [[nodiscard]] WebAnswer act(const WebRequest& request);

    [[nodiscard]] WebAnswer choice(const WebRequest& request, const Visitor& visitor, const Asked& asked,
                                   std::string_view alert, int status);
    [[nodiscard]] WebAnswer take(const WebRequest& request, const Visitor& visitor, const Node& node,
                                 const Asked& asked);
    [[nodiscard]] WebAnswer page_of(const WebRequest& request, const Looked& looked, std::string_view alert,
                                    int status);
    [[nodiscard]] WebAnswer do_one(const WebRequest& request, const Looked& looked, const FormFields& form);
    [[nodiscard]] WebAnswer change(const WebRequest& request, const Looked& looked, const std::string& what);
    [[nodiscard]] WebAnswer file(const WebRequest& request, const Looked& looked, const std::string& path);
    [[nodiscard]] WebAnswer zip(const WebRequest& request, const Looked& looked, const std::string& folder);
    // The batch of the path, for whoever may see it; else the answer that says so.
    [[nodiscard]] WebAnswer with_batch(const WebRequest& request, const Visitor& visitor,
                                       const std::function<WebAnswer(const Looked&)>& work);
    [[nodiscard]] WebAnswer message(const WebRequest& request, const Visitor* visitor, std::string_view alert,
                                    int status) const;

    services::NodeReaders& readers_;
    StaffDoor& door_;
    staff::BatchOrders& orders_;
    const std::function<void()> asked_;
    const std::function<void(std::string_view line)> log_;
    std::mutex zip_mutex_;  // one zip at a time is made: it is in memory
};

}  // namespace assidu::node::web
