import { Component } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";

/** The keys of the inbox. */
export class InboxHelpDialog extends Component {
    static template = "whatsapp_base.InboxHelpDialog";
    static components = { Dialog };
    static props = { close: Function };

    shortcuts = [
        { keys: ["J", "K"], name: _t("Next and previous conversation in the list") },
        { keys: ["↵"], name: _t("Open it") },
        { keys: ["R"], name: _t("Reply") },
        { keys: ["A"], name: _t("Assign to a colleague or a team") },
        { keys: ["E"], name: _t("Resolve") },
        { keys: ["S"], name: _t("Snooze") },
        { keys: ["T"], name: _t("Tag") },
        { keys: ["P"], name: _t("Priority") },
        { keys: ["M"], name: _t("Run a macro") },
        { keys: ["X"], name: _t("Mark, for several at once; Shift+click marks a range") },
        { keys: ["Esc"], name: _t("Leave the text field; take the marks away") },
        { keys: ["/"], name: _t("Search") },
        { keys: ["?"], name: _t("This help") },
    ];
}
