#include "node/collect/intake_parts.h"

namespace assidu::node::collect {

archive::Intake begin_intake(Node& node, const std::filesystem::path& path, FileKind kind) {
    archive::Intake intake;
    intake.source = node.settings().source_name;
    intake.path = path.string();
    intake.kind = std::string(name_of(kind));
    intake.begun_utc_s = node.clock().now_utc_s();
    intake.key = node.archive().begin_intake(intake);
    return intake;
}

void end_intake(Node& node, archive::Intake& intake, ByteSource& source, const FileImport& result) {
    intake.sha256 = source.stored_sha256();
    intake.ended_utc_s = node.clock().now_utc_s();
    intake.counts = result.counts;
    node.archive().end_intake(intake);
}

}  // namespace assidu::node::collect
