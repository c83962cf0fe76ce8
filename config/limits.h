// Every limit on what comes from outside the process, in one place. Each is tested at the limit and one past
// it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assidu::config::limits {

// Files of log rows
// ------------------------------------------------------------------------------------------------

// One CSV record or one JSON row, line breaks inside quotes included. Moodle's `other` column is a text of at
// most a few kilobytes; a longer record is an unclosed quote, and must not swallow the rest of the file
// unnoticed.
inline constexpr std::size_t kRecordBytesMax = std::size_t{1} << 20;
// Columns of a CSV record. logstore_standard_log has 21; dumps with joined columns stay far below this.
inline constexpr std::size_t kColumnsMax = 256;
// Nesting of a JSON row, of a scale document, and of whatever is signed as canonical JSON. A row of
// local_log_sender has three levels, as have a scale and the header of a statement.
inline constexpr std::size_t kJsonDepthMax = 16;
// Bytes that the recognition of a file may look at before it says what the file is.
inline constexpr std::size_t kSniffBytes = std::size_t{64} * 1024;
// A name of Moodle (event, component, action, target): char(255) is the widest such column of the table.
inline constexpr std::size_t kNameBytesMax = 255;
// Distinct shapes of events (name, component, action, target, origin, flags). Real sites have a few hundred;
// more than this is a file whose names are free text.
inline constexpr std::size_t kShapesMax = 65'536;
// Seconds that an event may lie after the clock before its row is refused as "in the future".
inline constexpr std::int64_t kFutureSecondsMax = 86'400;
// Rows of one file that are printed one by one when broken; all of them are counted and kept in the rejects
// file.
inline constexpr std::size_t kRejectsPrintedMax = 10;

// Documents
// ---------------------------------------------------------------------------------------------------------

// The settings file and a scale document.
inline constexpr std::size_t kDocumentBytesMax = std::size_t{1} << 20;
// A file of cases, or of one student's rows in the form of a case: it is read whole.
inline constexpr std::size_t kCasesBytesMax = std::size_t{256} << 20;
// An idle limit or a credit of a scale: a day.
inline constexpr std::int64_t kScaleSecondsMax = 86'400;
// A total of a scale (a cap, a credit for an activity): a thousand days.
inline constexpr std::int64_t kScaleTotalSecondsMax = 86'400'000;

// Requests
// ----------------------------------------------------------------------------------------------------------

// Days of a report's period: a hundred years. A group report has a line for every week of it.
inline constexpr std::int64_t kPeriodDaysMax = 36'525;

// What somebody outside asks about students: entries of one kind in a scope, and bytes of one.
inline constexpr std::size_t kScopeEntriesMax = 1'000;
inline constexpr std::size_t kScopeTextBytesMax = 255;
// A text in a question of a peer (a user name, a course), in bytes.
inline constexpr std::size_t kAskedTextBytesMax = 1'024;

// Messages between nodes
// ----------------------------------------------------------------------------------------------

// One XML-RPC document, in bytes of XML. A year of statements goes out in many messages, not in a longer one.
inline constexpr std::size_t kMessageBytesMax = std::size_t{16} << 20;
// Values inside values; a parameter stands at depth 1. xmlrpc-c descends by recursion, and even 1 MB of stack
// must do.
inline constexpr std::size_t kMessageDepthMax = 64;
// Values of one message, containers included. Payloads travel as bytes, so that real messages have dozens.
inline constexpr std::size_t kMessageValuesMax = 65'536;
// '<' of one message. A value takes eight at most (a struct's member); what exceeds this is refused before
// any parser makes a tree of it, which takes twenty times the bytes of "<a/>".
inline constexpr std::size_t kMessageTagsMax = 10 * kMessageValuesMax;
// Elements of one array, parameters of one call.
inline constexpr std::size_t kMessageElementsMax = 16'384;
// Members of one struct. xmlrpc-c finds a member by looking at all of them.
inline constexpr std::size_t kMessageMembersMax = 1'024;
// The name of a struct's member, in bytes of UTF-8.
inline constexpr std::size_t kMemberNameBytesMax = 255;
// The name of a method.
inline constexpr std::size_t kMethodNameBytesMax = 255;
// The text of a fault that we send.
inline constexpr std::size_t kFaultTextBytesMax = 4'096;

// Statements
// ---------------------------------------------------------------------------------------------------

// Rows and bytes of one statement. A university of 1,000 students declares some 600 rows a day; a longer
// backlog goes in several statements.
inline constexpr std::size_t kStatementRowsMax = 20'000;
inline constexpr std::size_t kStatementBytesMax = std::size_t{8} << 20;
// Events, and credited seconds, of a row that another node declares, and of an activity in it: a sum over the
// years of a pool stays far below an overflow.
inline constexpr std::int64_t kRowTotalMax = 1'000'000'000;

// Packages
// ---------------------------------------------------------------------------------------------------------

// A package, its files, and the name of one. A month of a student has about eighty files and 300 KB; ten
// years of statements, one a day, are 3,650 files.
inline constexpr std::size_t kPackageBytesMax = std::size_t{64} << 20;
inline constexpr std::size_t kPackageFilesMax = 4'096;
inline constexpr std::size_t kPackageNameBytesMax = 120;
// A document of a package that is read as JSON: a report's data of ten years is some 5 MB.
inline constexpr std::size_t kPackageJsonBytesMax = std::size_t{8} << 20;
// Keys that a package vouches for: those of a pool.
inline constexpr std::size_t kPackageKeysMax = 1'000;
// Proven rows of a package, and nodes of a row's Merkle path.
inline constexpr std::size_t kPackageRowsMax = 100'000;
inline constexpr std::size_t kPackagePathMax = 32;

// Members
// ------------------------------------------------------------------------------------------------------

// The address at which a member says its own listener is reached, in bytes.
inline constexpr std::size_t kUrlBytesMax = 1'024;
// Attestations of one node's keys that a hub keeps: more than a pool has members.
inline constexpr std::size_t kAttestationsOfNodeMax = 256;
// Students, courses and activities together whose names one call asks for; who needs more asks again.
inline constexpr std::size_t kNamesAskedMax = 2'000;
// Bytes of the names that one call is answered with: with base64 twice around them they still are a body.
inline constexpr std::size_t kNamesBytesMax = std::size_t{4} << 20;
// What names are asked for, in bytes of UTF-8: it stands in the audit of both sides.
inline constexpr std::size_t kPurposeBytesMax = 200;

// Connections
// -------------------------------------------------------------------------------------------------------

// The head of an HTTP request, request line to empty line. XML-RPC clients send a few hundred bytes.
inline constexpr std::size_t kHeadBytesMax = 1 << 14;
// Header fields of a request. A browser sends about twenty.
inline constexpr std::size_t kHeadFieldsMax = 64;
// The path and query of a request.
inline constexpr std::size_t kTargetBytesMax = 2048;
// The line that begins a chunk of a body, its extensions included.
inline constexpr std::size_t kChunkLineBytesMax = 256;
// The body of a request, and of a response: a statement of ten thousand rows is about 4 MiB in base64.
inline constexpr std::size_t kBodyBytesMax = std::size_t{8} << 20;
// Milliseconds from the connection to the end of its first head, the TLS handshake included; and from the
// first byte of a further request to the end of its head.
inline constexpr std::int64_t kHeadMillisecondsMax = 10'000;
// Milliseconds from the first byte of a request to the end of its body, and again for its response to be
// taken.
inline constexpr std::int64_t kRequestMillisecondsMax = 60'000;
// Milliseconds that a connection may be silent between two requests.
inline constexpr std::int64_t kIdleMillisecondsMax = 60'000;
// Milliseconds that a refused request may go on arriving, so that its sender gets to read the refusal.
inline constexpr std::int64_t kLingerMillisecondsMax = 2'000;
// Connections of a listener, in all and of one address: each holds a thread, and an accepted peer's also a
// body.
inline constexpr std::size_t kConnectionsMax = 128;
inline constexpr std::size_t kConnectionsPerAddressMax = 16;
// Requests that are answered at once; others wait their turn.
inline constexpr std::size_t kHandlersMax = 8;
// Requests on one connection before it is closed.
inline constexpr std::size_t kRequestsPerConnectionMax = 1000;
// Milliseconds that a call to another node may take: to connect, and in all.
inline constexpr std::int64_t kConnectMillisecondsMax = 10'000;
inline constexpr std::int64_t kCallMillisecondsMax = 120'000;
// Milliseconds after which a client leaves a silent connection: well before its server does.
inline constexpr std::int64_t kReuseMillisecondsMax = 30'000;

// A Moodle's database
// ----------------------------------------------------------------------------------------------------

// The prefix or the name of a table.
inline constexpr std::size_t kTableNameBytesMax = 63;
// Rows of one statement.
inline constexpr std::int64_t kPageRowsMin = 10;
inline constexpr std::int64_t kPageRowsMax = 100'000;
// Seconds that a statement may take at the server; rows a second.
inline constexpr std::int64_t kStatementSecondsMax = 3'600;
inline constexpr std::int64_t kRowsPerSecondMax = 10'000'000;
// What is read again below the safe id, and how long a missing id is waited for.
inline constexpr std::int64_t kRereadIdsMax = 10'000'000;
inline constexpr std::int64_t kRereadSecondsMax = 7 * 86'400;
inline constexpr std::int64_t kHolePatienceSecondsMax = 30 * 86'400;
inline constexpr std::int64_t kLateDaysMax = 36'525;
// Seconds to connect to a database, and that an answer may be late beyond the statement's own limit before
// the connection is given up.
inline constexpr std::int64_t kDatabaseConnectSeconds = 10;
inline constexpr std::int64_t kDatabaseGraceSeconds = 10;
// The text of a database's error that we repeat.
inline constexpr std::size_t kDatabaseErrorBytesMax = 500;

// Moodle Networking
// -----------------------------------------------------------------------------------------------------

// The body of a call or of an answer. A use_stats answer of a student with a thousand activities is some
// 600 KB inside its envelopes.
inline constexpr std::size_t kMnetBodyBytesMax = std::size_t{4} << 20;
// Elements inside elements of an envelope; Moodle's has six.
inline constexpr std::size_t kMnetEnvelopeDepthMax = 32;
// '<' of an envelope; Moodle's has some forty.
inline constexpr std::size_t kMnetEnvelopeTagsMax = 1'000;
// A wwwroot: the column of Moodle's mnet_host has 255. Our own must fit the 80 of its name.
inline constexpr std::size_t kMnetWwwrootBytesMax = 255;
inline constexpr std::size_t kMnetOwnWwwrootBytesMax = 80;
// A certificate as PEM, and the bits of its RSA key.
inline constexpr std::size_t kMnetCertificateBytesMax = std::size_t{16} << 10;
inline constexpr int kMnetKeyBitsMin = 2'048;
inline constexpr int kMnetKeyBitsMax = 8'192;
// Former keys that are kept, as Moodle does.
inline constexpr std::size_t kMnetFormerKeysMax = 3;
// A number or date of a Moodle's message that is handed on as text.
inline constexpr std::size_t kMnetNumberBytesMax = 400;
// Peers; and of those, strangers that only introduced themselves.
inline constexpr std::size_t kMnetPeersMax = 1'000;
inline constexpr std::size_t kMnetProposedMax = 50;
// Seconds that a message is remembered, and messages: 40 a second for all that time.
inline constexpr std::int64_t kMnetRemembered_s = 86'400;
inline constexpr std::size_t kMnetRememberedMax = std::size_t{1} << 20;
// Keys that strangers may swap within a minute, and seconds between two attempts to learn a peer's new key.
inline constexpr std::int64_t kMnetKeyswapsAMinuteMax = 30;
inline constexpr std::int64_t kMnetRefreshSeconds = 60;
// Milliseconds of a call to a peer: a Moodle waits 60 s itself.
inline constexpr std::int64_t kMnetCallMillisecondsMax = 59'000;
// Connections of the MNet listener.
inline constexpr std::size_t kMnetConnectionsMax = 64;
// Conditions of one grant.
inline constexpr std::size_t kMnetGrantEntriesMax = 1'000;

// A running node
// ----------------------------------------------------------------------------------------------------

// Seconds from one round of `serve` to the next.
inline constexpr std::int64_t kReportEverySecondsMin = 10;
inline constexpr std::int64_t kReportEverySecondsMax = 86'400;
// Seconds after which a member of whom nothing was heard is called silent.
inline constexpr std::int64_t kSilentSecondsMin = 60;
inline constexpr std::int64_t kSilentSecondsMax = 30 * 86'400;
// Milliseconds after which a delivery that failed is tried again: the first time, and at most. Each wait is
// drawn from its upper half, so that members of a hub that was away do not come back all at once.
inline constexpr std::int64_t kRetryMillisecondsMin = 1'000;
inline constexpr std::int64_t kRetryMillisecondsMax = 900'000;
// Milliseconds by which a round is put off while another command works in the folder, and after it failed.
inline constexpr std::int64_t kPutOffMilliseconds = 2'000;
inline constexpr std::int64_t kFailedRoundMilliseconds = 60'000;
// Seconds that a command waits for another process to be done with the folder.
inline constexpr std::int64_t kFolderWaitSeconds = 10;
// Files of the spool that one round takes; the next round, at once, takes the rest.
inline constexpr std::size_t kSpoolFilesMax = 1'000;
// What a Moodle pushes, and its requests for a report (docs/intake.md). The body of a push, about 30 KB of 50
// rows in the plugin as it is; and its rows, so that a body of commas makes no heap of rejects.
inline constexpr std::size_t kPushBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kPushRowsMax = 20'000;
// Bytes of pushed rows that wait, for a round or for a catalogue that knows their people, before pushes are
// put off with a 503: about twelve million rows.
inline constexpr std::uint64_t kPushedBytesWaitingMax = std::uint64_t{4} << 30;
// Bytes after which pushes go to a further file, and files that one round takes in.
inline constexpr std::uint64_t kPushedFileBytesMax = std::uint64_t{64} << 20;
inline constexpr std::size_t kPushedFilesARoundMax = 8;
// Bodies that are no push and are kept for a person to look at, and their bytes.
inline constexpr std::size_t kRefusedPushesMax = 1'000;
inline constexpr std::uint64_t kRefusedPushBytesMax = std::uint64_t{256} << 20;
// A request for a report, and those that wait for their answer; seconds after which one that cannot be
// answered is given up; milliseconds that the call back may take.
inline constexpr std::size_t kReportRequestBytesMax = std::size_t{16} << 10;
inline constexpr std::size_t kReportRequestsMax = 1'000;
inline constexpr std::int64_t kReportRequestSecondsMax = 86'400;
inline constexpr std::int64_t kWebCallMillisecondsMax = 30'000;
// Connections of the intake listener: the plugin has one at a time.
inline constexpr std::size_t kIntakeConnectionsMax = 32;
// Days of a period of [retention], and that a pushed row of somebody unknown may wait.
inline constexpr std::int64_t kRetentionDaysMax = 36'525;
inline constexpr std::int64_t kUndecidedDaysMax = 3'650;
// The reason and the author of an erasure, in bytes of UTF-8: they stand in the audit.
inline constexpr std::size_t kReasonBytesMax = 500;
// A text of a Moodle's side tables (a name, an id number): Moodle's own longest such column has 1333
// characters.
inline constexpr std::size_t kSideTextBytesMax = 8'192;
// Bytes of a certificate chain or key of [intake].
inline constexpr std::size_t kCertificateBytesMax = std::size_t{1} << 20;
// Entries of a list of [intake].
inline constexpr std::size_t kIntakeListMax = 1'000;
// A path in the settings.
inline constexpr std::size_t kPathBytesMax = 1'024;
// Distinct complaints that a running node remembers, so as not to repeat them, and how long it keeps from
// repeating one.
inline constexpr std::size_t kComplaintsMax = 1'000;
inline constexpr std::int64_t kComplaintMilliseconds = 3'600'000;
// Lines that strangers can make a listener say within that time, and bytes of one: anybody can be refused,
// and must not fill a disk by it.
inline constexpr std::int64_t kListenerLinesMax = 200;
inline constexpr std::size_t kListenerLineBytesMax = 500;

// The web listener
// ----------------------------------------------------------------------------------------------------

// The body of a request: of a web service, of a form of the pages, and of a package that is to be checked,
// with what multipart puts around it.
inline constexpr std::uint64_t kWebBodyBytesMax = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kFormBytesMax = std::uint64_t{16} << 10;
inline constexpr std::uint64_t kUploadBytesMax = kPackageBytesMax + (std::uint64_t{64} << 10);
// Packages that are checked at once: each may take a few times its size of memory.
inline constexpr std::size_t kUploadsAtOnceMax = 2;
// Fields of a form or query, and bytes of one; users of one call of a web service.
inline constexpr std::size_t kFormFieldsMax = 1'100;
inline constexpr std::size_t kFormFieldBytesMax = 4'096;
inline constexpr std::size_t kWebUsersMax = 1'000;
// Tokens of a node; days that one may hold; requests a minute, by default and at most.
inline constexpr std::size_t kTokensMax = 1'000;
inline constexpr std::int64_t kTokenDaysMax = 731;
inline constexpr std::int64_t kTokenRequestsPerMinute = 60;
inline constexpr std::int64_t kTokenRequestsPerMinuteMax = 6'000;
// The label of a token, the name of an account, in bytes.
inline constexpr std::size_t kLabelBytesMax = 100;
// Wrong tokens or passwords of one address (of one account) a minute, before it is not even listened to.
inline constexpr std::int64_t kWrongSecretsPerMinuteMax = 20;
// Addresses, tokens and accounts that are counted; more of them in a minute, and nobody new is served in it.
inline constexpr std::size_t kRateSubjectsMax = 10'000;
// Seconds that the address of a report holds.
inline constexpr std::int64_t kReportUrlSeconds = 3'600;
// Accounts of staff; a password, in bytes; the session of one who does nothing, and at most.
inline constexpr std::size_t kStaffAccountsMax = 1'000;
inline constexpr std::size_t kPasswordBytesMin = 12;
inline constexpr std::size_t kPasswordBytesMax = 1'024;
inline constexpr std::int64_t kSessionIdleSeconds = 1'800;
inline constexpr std::int64_t kSessionSecondsMax = 36'000;
inline constexpr std::size_t kSessionsMax = 1'000;
// Students that the page of staff lists at once.
inline constexpr std::size_t kStaffListMax = 200;

// What administrative staff bring
// ------------------------------------------------------------------------------------------------

// A text of a dossier (funder, number, title, status, a group), in bytes of UTF-8.
inline constexpr std::size_t kDossierTextBytesMax = 255;
// Groups of a dossier; dossiers of one student; lines of a file of dossiers, which is taken in as one.
inline constexpr std::size_t kDossierGroupsMax = 32;
inline constexpr std::size_t kDossiersOfStudentMax = 64;
inline constexpr std::size_t kDossierLinesMax = 100'000;
// Planned seconds: 20,000 hours.
inline constexpr std::int64_t kPlannedSecondsMax = 72'000'000;
// A template: its document, its logo in bytes and pixels a side, a text of it, lines of a text, boxes to sign
// in, funders.
inline constexpr std::size_t kTemplateBytesMax = std::size_t{256} << 10;
inline constexpr std::size_t kLogoBytesMax = std::size_t{512} << 10;
inline constexpr std::uint32_t kLogoPixelsMax = 2'000;
inline constexpr std::size_t kTemplateTextBytesMax = 2'000;
inline constexpr std::size_t kTemplateLinesMax = 20;
inline constexpr std::size_t kTemplateSignatoriesMax = 4;
inline constexpr std::size_t kTemplateFundersMax = 200;
// [[report_schedule]] entries, and periods that one of them missed and makes up.
inline constexpr std::size_t kReportSchedulesMax = 32;
inline constexpr std::int32_t kMissedPeriodsMax = 31;
// Batches that staff asked for on their pages: of a node, of one account that are not ended, and as the page
// lists them; seconds that one may have before a serving node looks after everything else; files and bytes of
// one that are given as one zip, and of a file.
inline constexpr std::size_t kBatchOrdersMax = 500;
inline constexpr std::size_t kBatchOrdersOpenMax = 5;
inline constexpr std::size_t kBatchOrdersListed = 50;
inline constexpr std::int64_t kBatchTurnMilliseconds = 30'000;
inline constexpr std::size_t kBatchZipFilesMax = 20'000;
inline constexpr std::size_t kBatchZipBytesMax = std::size_t{128} << 20;
inline constexpr std::size_t kBatchZipNameBytesMax = 500;
// Least students of a cell of an anonymous report, as a setting.
inline constexpr std::int64_t kSmallCellMax = 1'000;

}  // namespace assidu::config::limits
