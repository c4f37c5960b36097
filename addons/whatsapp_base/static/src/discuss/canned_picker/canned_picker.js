import { insertCannedReply } from "@whatsapp_base/patches/composer_patch";
import { WhatsappPhone } from "@whatsapp_base/template_preview/phone";

import { Component, onWillStart, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

const DELAY = 200;

/**
 * Choose a canned reply, see it filled in for this customer, put it into the message. Favourites stand first.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @property {function(): void} close
 * @extends {Component<Props, Env>}
 */
export class WhatsappCannedPicker extends Component {
    static template = "whatsapp_base.CannedPicker";
    static components = { Dialog, WhatsappPhone };
    static props = { thread: Object, close: Function };

    title = _t("Canned replies");

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            term: "",
            replies: [],
            isLoaded: false,
            chosen: undefined,
            phone: undefined,
        });
        this.lastList = new KeepLast();
        this.lastPreview = new KeepLast();
        useAutofocus({ refName: "search" });
        this.search = useDebounced(() => this.fetchReplies(), DELAY);
        onWillStart(() => this.fetchReplies());
    }

    call(method, ...args) {
        const { id } = this.props.thread.whatsapp_conversation_id;
        return this.orm.silent.call("whatsapp.conversation", method, [[id], ...args]);
    }

    async fetchReplies() {
        const replies = await this.lastList.add(
            this.call("canned_replies", this.state.term.trim().replace(/^::/, "")),
        );
        Object.assign(this.state, { replies, isLoaded: true });
        const { chosen } = this.state;
        await this.choose(replies.find(({ id }) => id === chosen?.id) ?? replies[0]);
    }

    async choose(reply) {
        this.state.chosen = reply;
        this.state.phone = undefined;
        if (reply) {
            const { phone } = await this.lastPreview.add(this.call("canned_preview", reply.id));
            this.state.phone = phone;
        }
    }

    /** @param {KeyboardEvent} ev arrows choose, Enter takes what is chosen */
    onKeydown(ev) {
        const { replies, chosen } = this.state;
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (step) {
            ev.preventDefault();
            const next = replies[replies.indexOf(chosen) + step];
            if (next) {
                this.choose(next);
            }
        } else if (ev.key === "Enter" && chosen && ev.target.tagName === "INPUT") {
            ev.preventDefault();
            this.onClickInsert();
        }
    }

    async onClickFavorite(reply) {
        await this.orm.silent.write("mail.canned.response", [reply.id], {
            is_favorite: !reply.is_favorite,
        });
        await this.fetchReplies();
    }

    async onClickInsert() {
        const { id } = this.state.chosen;
        this.props.close();
        await insertCannedReply(this.props.thread, id);
    }

    onClickManage() {
        this.props.close();
        this.action.doAction("whatsapp_base.mail_canned_response_action");
    }
}
