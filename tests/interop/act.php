<?php
// What somebody does at that Moodle: php act.php fingerprint | rotate | add URL | call URL METHOD [JSON].
// "call" prints what Moodle's client got, as JSON, or its errors and ends with 1.

require __DIR__ . '/config.php';
require_once $CFG->dirroot . '/mnet/lib.php';
require_once $CFG->dirroot . '/mnet/remote_client.php';
require_once $CFG->dirroot . '/mnet/xmlrpc/client.php';

$environment = get_mnet_environment();
switch ($argv[1]) {
    case 'fingerprint':
        $details = openssl_pkey_get_details(openssl_pkey_get_public($environment->public_key));
        $der = base64_decode(preg_replace('/-----.*?-----|\s/', '', $details['key']));
        echo hash('sha256', $der), "\n";
        break;
    case 'rotate':
        // As if it had expired: the next one who needs the key archives it and makes a new one. A certificate's
        // begin has whole seconds.
        sleep(1);
        $DB->update_record('mnet_host', (object) ['id' => 1, 'public_key_expires' => 1]);
        $rotated = new mnet_environment();
        $rotated->init();
        $rotated->get_private_key();
        break;
    case 'add':
        $peer = new mnet_peer();
        if (!$peer->bootstrap($argv[2], null, 'moodle')) {
            fwrite(STDERR, json_encode($peer->error) . "\n");
            exit(1);
        }
        $peer->commit();
        echo $peer->name, "\n";
        break;
    case 'call':
        $peer = new mnet_peer();
        if (!$peer->set_wwwroot($argv[2])) exit("no such peer\n");
        $client = new mnet_xmlrpc_client();
        $client->set_method($argv[3]);
        foreach (json_decode($argv[4] ?? '[]', true) as $param) {
            $type = is_array($param) ? (array_is_list($param) ? 'array' : 'struct')
                : (is_bool($param) ? 'boolean' : (is_int($param) ? 'int' : 'string'));
            $client->add_param($param, $type);
        }
        $good = $client->send($peer);
        if (!$good) {
            fwrite(STDERR, implode("\n", array_map('strval', $client->error)) . "\n");
            exit(1);
        }
        echo json_encode($client->response, JSON_UNESCAPED_SLASHES), "\n";
        break;
}
