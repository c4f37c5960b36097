import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

/**
 * What the server sends with a message beyond its text (`whatsapp.chat.message._shown_content`).
 *
 * @typedef {Object} Content
 * @property {number} row ID of the message in the log
 * @property {string} kind its type
 * @property {boolean} [replaces_body] the body says in words what is drawn here
 * @property {Object} [card] of a location, contacts, order or flow
 * @property {"customer"|"us"} [deleted] who deleted it
 * @property {{text: string, at: string}[]} [edits] earlier texts
 * @property {{state: string, reason: string|false, can_retry: boolean}} [media] a file that is not there
 * @property {"once"|"often"} [forwarded]
 * @property {"button"|"list"} [answer]
 * @property {string} [product] the article that the customer came from
 * @property {{text: string|false, is_ours: boolean}} [quote] what it answers, where Discuss does not show that
 * @property {{headline: string|false, body: string|false, type: string|false, url: string|false}} [referral]
 */

const LOADING = {
    image: _t("Loading photo …"),
    video: _t("Loading video …"),
    audio: _t("Loading audio …"),
    voice: _t("Loading voice message …"),
    document: _t("Loading document …"),
    sticker: _t("Loading sticker …"),
};

function formatMoney(amount, currency) {
    try {
        return new Intl.NumberFormat(user.lang, { style: "currency", currency }).format(amount);
    } catch {
        // not a currency that the browser knows: what the customer's phone sent is shown as it came
        return `${amount} ${currency}`.trim();
    }
}

/** Where a message comes from, above its text: an advertisement, a question of ours, somebody else. */
export class WhatsappOrigin extends Component {
    static template = "whatsapp_base.Origin";
    static props = { content: Object };

    get forwarded() {
        return this.props.content.forwarded === "often"
            ? _t("Forwarded many times")
            : _t("Forwarded");
    }

    get answer() {
        return this.props.content.answer === "list" ? _t("Chosen from a list") : _t("Button");
    }

    get referralTitle() {
        return this.props.content.referral.type === "post"
            ? _t("Came from a post")
            : _t("Came from an ad");
    }
}

/** People on a contact card, each one click away from being a customer. */
export class WhatsappPeople extends Component {
    static template = "whatsapp_base.People";
    static props = { card: Object, row: Number };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.store = useService("mail.store");
        this.state = useState({ partners: [] });
        onWillStart(() => {
            this.look(); // not awaited: the card is there before we know whom Odoo knows
        });
    }

    async look() {
        if (!this.store.has_access_whatsapp) {
            return;
        }
        this.state.partners = await this.orm.silent.call(
            "whatsapp.chat.message",
            "contact_card_partners",
            [[this.props.row]],
        );
    }

    /** @param {number} index */
    async open(index) {
        const action = await this.orm.call("whatsapp.chat.message", "action_open_card_partner", [
            [this.props.row],
            index,
        ]);
        this.action.doAction(action, { onClose: () => this.look() });
    }
}

/** What takes the place of the text, or stands below it. */
export class WhatsappContent extends Component {
    static template = "whatsapp_base.Content";
    static components = { WhatsappPeople };
    static props = { content: Object, message: Object };

    setup() {
        this.orm = useService("orm");
        this.store = useService("mail.store");
        this.state = useState({ busy: false, showsEdits: false });
        onWillUpdateProps(() => {
            this.state.busy = false;
        });
    }

    get content() {
        return this.props.content;
    }

    get deleted() {
        return this.content.deleted === "customer"
            ? _t("Deleted by the customer")
            : _t("Deleted in the phone app");
    }

    get loading() {
        return LOADING[this.content.kind] ?? _t("Loading file …");
    }

    /** Newest first, as one looks for what it said before. */
    get edits() {
        return [...(this.content.edits ?? [])].reverse();
    }

    when(at) {
        return deserializeDateTime(at).toLocaleString(luxon.DateTime.DATETIME_SHORT);
    }

    money(line) {
        return formatMoney(line.price * line.quantity, line.currency);
    }

    get total() {
        const { total, currency } = this.content.card;
        return total === false ? "" : formatMoney(total, currency);
    }

    get canAct() {
        return Boolean(this.store.has_access_whatsapp);
    }

    async fetchAgain() {
        this.state.busy = true;
        try {
            await this.orm.call("whatsapp.chat.message", "action_fetch_again", [
                [this.content.row],
            ]);
        } finally {
            this.state.busy = false;
        }
    }

    /** Put a polite request into the composer; the agent reads, changes and sends it. */
    askAgain() {
        const { thread } = this.props.message;
        thread.composer.composerText = _t(
            "We could not open the file that you sent. Could you please send it again?",
        );
        thread.composer.autofocus++;
    }
}
