import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";

import { Domain } from "@web/core/domain";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { ReassignDialog } from "./reassign_dialog";

/** What the figures of the board count, as a filter of the inbox. */
const ACTIVE = [
    ["state", "=", "open"],
    ["snoozed_until", "=", false],
];
const ONLY = {
    waiting: [...ACTIVE, ["waiting_since", "!=", false]],
    unassigned: [...ACTIVE, ["user_id", "=", false]],
    breached: [["sla_state", "=", "breached"]],
    due_soon: [["sla_state", "=", "due_soon"]],
};

/**
 * The conversations behind a line of the board: watch, take over, reassign.
 *
 * @typedef {Object} Props
 * @property {{kind: "all"|"team"|"agent", id: number|false, title: string, only?: string}} selected
 * @property {Object} data of the board
 * @property {(since: string|false) => string} ago
 * @property {Function} close
 * @property {Function} onChanged
 * @extends {Component<Props, Env>}
 */
export class BoardDetails extends Component {
    static template = "whatsapp_base.BoardDetails";
    static props = {
        selected: Object,
        data: Object,
        ago: Function,
        close: Function,
        onChanged: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.inbox = useService("whatsapp.inbox");
        this.state = useState({ rows: null, more: false });
        onWillStart(() => this.load());
        // whenever the board has new figures, its conversations are looked at again
        onWillUpdateProps((props) => props.data !== this.props.data && this.load());
    }

    async load() {
        const { kind, id, only } = this.props.selected;
        const params = { only: only || null };
        if (kind === "agent") {
            params.user_id = id;
        } else if (kind === "team") {
            params.team_id = id || 0;
        }
        const { rows, more } = await this.orm.silent.call("whatsapp.board", "details", [], params);
        Object.assign(this.state, { rows, more });
    }

    sla(row) {
        return {
            breached: { look: "danger", text: _t("Too late") },
            due_soon: { look: "warning", text: _t("Due soon") },
        }[row.sla];
    }

    stateText(row) {
        if (row.snoozed_until) {
            return _t("Snoozed");
        }
        return row.state === "pending" ? _t("Waiting for the customer") : "";
    }

    avatar(row) {
        return row.partner_id
            ? `/web/image/res.partner/${row.partner_id}/avatar_128`
            : "/web/static/img/user_menu_avatar.png";
    }

    /** The same conversations in the inbox, where there are all of them. */
    openInbox() {
        const { kind, id, only, title } = this.props.selected;
        const leaves = [["state", "!=", "resolved"]];
        if (kind !== "all") {
            leaves.push([kind === "agent" ? "user_id" : "team_id", "=", id]);
        }
        leaves.push(...(ONLY[only] || []));
        const domain = new Domain(leaves).toString();
        this.inbox.rows.change(
            { view: "all", search: "" },
            { id: false, name: title, domain, leaves },
        );
        this.action.doAction("whatsapp_base.whatsapp_inbox_action");
    }

    /** Read along without being noticed. */
    watch(row) {
        this.inbox.watch(row.id);
        this.action.doAction("whatsapp_base.whatsapp_inbox_action", { props: { resId: row.id } });
    }

    async takeOver(row) {
        await this.orm.call("whatsapp.conversation", "action_assign_to_me", [[row.id]]);
        this.notification.add(_t("%s is yours now.", row.name), { type: "success" });
        this.props.onChanged();
    }

    reassign(row) {
        this.dialog.add(ReassignDialog, {
            title: _t("Reassign %s", row.name),
            agents: this.props.data.agents.filter((agent) => agent.id !== row.user_id),
            teams: this.props.data.teams.filter((team) => team.id),
            confirm: async (values) => {
                await this.orm.call("whatsapp.board", "reassign", [
                    [row.id],
                    values.userId,
                    values.teamId,
                ]);
                this.props.onChanged();
            },
        });
    }
}
