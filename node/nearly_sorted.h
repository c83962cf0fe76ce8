// Sorting what is nearly in order already, as logs are: rows that were written late are some in a hundred.
#pragma once

#include <algorithm>
#include <vector>

namespace assidu::node {

// Sorts by `less`, a strict order in which no two elements that differ are equivalent (equal ones may change
// places). Takes out what comes later than it should, sorts that alone and merges it in: one look at each
// element where nothing is out of place, and never worse than sorting all.
template <class Element, class Less>
void sort_nearly_sorted(std::vector<Element>& elements, Less less) {
    std::vector<Element> late;
    auto in_order = elements.begin();  // the end of those that are
    for (const Element& element : elements) {
        if (in_order != elements.begin() && less(element, *(in_order - 1)))
            late.push_back(element);
        else
            *in_order++ = element;
    }
    if (late.empty()) return;
    std::sort(late.begin(), late.end(), less);
    // From the back, into the room that taking out has left.
    auto to = elements.end();
    while (!late.empty()) {
        if (in_order != elements.begin() && less(late.back(), *(in_order - 1))) {
            *--to = *--in_order;
        } else {
            *--to = late.back();
            late.pop_back();
        }
    }
}

}  // namespace assidu::node
