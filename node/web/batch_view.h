// Batches as their pages show them, and who may see which.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/node.h"
#include "node/services/student_desk.h"
#include "node/staff/batch_orders.h"
#include "node/staff/issue_log.h"
#include "node/web/page.h"
#include "node/web/staff.h"
#include "node/web/staff_door.h"

namespace assidu::node::web {

// Which batches an account may see (batch_pages.h). All must outlive it; it is for one request.
class BatchSight {
  public:
    BatchSight(const Node& node, const staff::BatchOrders& orders, const StaffAccount& account)
        : node_(node), orders_(orders), account_(account) {}
    [[nodiscard]] bool sees(const staff::OrderedBatch& batch);

  private:
    [[nodiscard]] bool by_dossier() const {
        return !account_.students.funders.empty() || !account_.students.groups.empty();
    }
    const services::StudentDesk& desk_of(const federation::Period& period);

    const Node& node_;
    const staff::BatchOrders& orders_;
    const StaffAccount& account_;
    std::map<std::pair<std::int32_t, std::int32_t>, std::unique_ptr<services::StudentDesk>> desks_;
};

// The list of those that the visitor may see, the newest first: `batches`.
void put_batches(const Node& node, const staff::BatchOrders& orders, const Visitor& visitor,
                 reports::Language language, PageData& data);

// One batch: how far it is, who was not issued and why, its documents by funder and name. `page`: of the
// documents, as the address says it.
[[nodiscard]] PageData batch_data(const Node& node, const staff::OrderedBatch& batch,
                                  const std::vector<staff::Issue>& issues,
                                  const std::vector<staff::BatchLine>& lines, reports::Language language,
                                  std::string_view page);

}  // namespace assidu::node::web
