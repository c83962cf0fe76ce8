#include "reports/declared_text.h"

namespace assidu::reports {

std::optional<StatementRun> missing_statements(const Declared& declared) {
    if (declared.announced > declared.last.number)
        return StatementRun{declared.last.number + 1, declared.announced};
    if (declared.announced > 0 && !declared.announced_is_kept)
        return StatementRun{declared.announced, declared.announced};
    return std::nullopt;
}

std::string missing_statements_text(Language language, const Declared& declared) {
    const auto missing = missing_statements(declared);
    if (!missing) return {};
    if (missing->from == missing->to) return text_with(language, "statement_number", missing->from);
    return text_with(language, "statement_numbers", missing->from, missing->to);
}

std::string statements_lack_text(Language language, const Declared& declared, std::string_view last,
                                 std::string_view announced) {
    const std::string numbers = missing_statements_text(language, declared);
    if (declared.announced <= declared.last.number)
        return text_with(language, "lacks_other_statement", numbers, last);
    return text_with(language, "lacks_statements", declared.statements_missing().value_or(0), last, announced,
                     numbers);
}

}  // namespace assidu::reports
