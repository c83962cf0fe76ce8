<?php
// The least of a Moodle that its own code for Moodle Networking needs: stands in the place of config.php beside a
// copy of its folders `mnet` and `lib/phpxmlrpc`, so that mnet/xmlrpc/server.php and client.php run as they are.
// What a database would hold lies in state.json: configuration, hosts. Only for tests/pool/moodle_interop_test.cpp.

error_reporting(E_ALL & ~E_DEPRECATED & ~E_NOTICE & ~E_WARNING);
ini_set('display_errors', 'stderr');

define('MOODLE_INTERNAL', true);
define('PARAM_PEM', 'pem');
define('PARAM_INT', 'int');
define('PARAM_PATH', 'path');
define('DEBUG_DEVELOPER', 1);

$CFG = new stdClass();
$CFG->dirroot = __DIR__;
$CFG->libdir = __DIR__ . '/lib';
$CFG->wwwroot = trim(file_get_contents(__DIR__ . '/wwwroot'));
$CFG->noreplyaddress = 'noreply@example.org';
$CFG->mnet_dispatcher_mode = 'strict';
$CFG->mnet_localhost_id = 1;
$CFG->mnet_all_hosts_id = 2;
$CFG->mnet_register_allhosts = 1;
$USER = (object) ['id' => 0, 'country' => 'FR', 'city' => 'Lyon', 'email' => 'admin@example.org'];

spl_autoload_register(function ($name) {
    if (strpos($name, 'PhpXmlRpc\\') === 0)
        require_once __DIR__ . '/lib/phpxmlrpc/' . str_replace('\\', '/', substr($name, 10)) . '.php';
});

class moodle_exception extends Exception {
    public $a = null;
    public function __construct($code, $module = '', $link = '', $a = null) {
        parent::__construct("$module/$code " . json_encode($a));
        $this->a = $a;
    }
}
class core_text {
    public static function substr($text, $begin, $length) { return mb_substr($text, $begin, $length); }
}

// One reading or change of the state at a time.
function state($change) {
    $file = fopen(__DIR__ . '/state.json', 'c+');
    flock($file, LOCK_EX);
    $state = json_decode(stream_get_contents($file), true) ?: ['config' => [], 'mnet_host' => []];
    $result = $change($state);
    rewind($file);
    ftruncate($file, 0);
    fwrite($file, json_encode($state));
    fclose($file);
    return $result;
}
function get_config($plugin, $name) {
    return state(function (&$state) use ($plugin, $name) { return $state['config']["$plugin/$name"] ?? false; });
}
function set_config($name, $value, $plugin = 'core') {
    state(function (&$state) use ($plugin, $name, $value) { $state['config']["$plugin/$name"] = $value; });
    return true;
}

class fake_database {
    const HOST = ['wwwroot' => '', 'ip_address' => '', 'name' => '', 'public_key' => '', 'public_key_expires' => 0,
                  'last_connect_time' => 0, 'last_log_id' => 0, 'deleted' => 0, 'force_theme' => 0, 'theme' => '',
                  'applicationid' => 1, 'sslverification' => 0, 'transport' => 0, 'portno' => 0];
    const MOODLE = ['id' => 1, 'name' => 'moodle', 'xmlrpc_server_url' => '/mnet/xmlrpc/server.php'];
    private static function columns($record) { return array_intersect_key((array) $record, self::HOST); }
    public function get_record($table, $conditions) {
        if ($table === 'mnet_application') return (object) self::MOODLE;
        if ($table !== 'mnet_host') return false;
        return state(function (&$state) use ($conditions) {
            foreach ($state['mnet_host'] as $host)
                if (array_intersect_assoc(array_map('strval', $conditions), array_map('strval', $host))
                    == array_map('strval', $conditions)) return (object) $host;
            return false;
        });
    }
    public function get_record_sql($sql, $params) { return $this->get_record('mnet_host', ['id' => $params[0]]); }
    public function insert_record($table, $record) {
        return state(function (&$state) use ($record) {
            $host = array_merge(self::HOST, self::columns($record));
            $host['id'] = count($state['mnet_host']) + 1;
            $state['mnet_host'][] = $host;
            return $host['id'];
        });
    }
    public function update_record($table, $record) {
        state(function (&$state) use ($record) {
            foreach ($state['mnet_host'] as &$host)
                if ($host['id'] == $record->id) $host = array_merge($host, self::columns($record));
        });
        return true;
    }
    // Every peer is offered one service, and this site subscribes to all that others offer.
    public function get_records_sql($sql, $params = []) {
        return [(object) ['id' => 1, 'name' => 'use_stats', 'apiversion' => '1', 'publish' => '1', 'subscribe' => '0']];
    }
    public function record_exists_sql($sql, $params = []) { return true; }
    public function get_in_or_equal($values) { return ['= ?', [reset($values)]]; }
}
$DB = new fake_database();

function get_string($name, $module = '', $a = null) { return "$module/$name"; }
function get_site() { return (object) ['fullname' => 'Moodle of a test']; }
function clean_param($value, $type) { return $type === PARAM_INT ? (int) $value : $value; }
function during_initial_install() { return false; }
function debugging($text = '', $level = 0) { error_log("debugging: $text"); return true; }
function address_in_subnet($address, $subnet) { return false; }
function getremoteaddr() { return '127.0.0.1'; }
function is_proxybypass($uri) { return true; }
function download_file_content($url) { return file_get_contents($url); }
function get_mnet_environment() {
    global $CFG;
    static $environment = null;
    require_once $CFG->dirroot . '/mnet/environment.php';
    require_once $CFG->dirroot . '/mnet/lib.php';
    if ($environment === null) {
        $environment = new mnet_environment();
        $environment->init();
    }
    return $environment;
}
function get_mnet_remote_client() { return $GLOBALS['MNET_REMOTE_CLIENT'] ?? false; }
function set_mnet_remote_client($client) { $GLOBALS['MNET_REMOTE_CLIENT'] = $client; }

// Files of Moodle's library that are required for what stands above.
foreach (['filelib.php'] as $empty)
    if (!file_exists("$CFG->libdir/$empty")) touch("$CFG->libdir/$empty");

// A new site: itself, and "all hosts". Its key is made by Moodle's own code when it is first needed.
state(function (&$state) use ($CFG) {
    if ($state['mnet_host']) return;
    $state['mnet_host'][] = array_merge(fake_database::HOST, ['id' => 1, 'wwwroot' => $CFG->wwwroot]);
    $state['mnet_host'][] = array_merge(fake_database::HOST, ['id' => 2, 'name' => 'All Hosts']);
});
