import { Component, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";

import { STATUSES } from "./board_words";

/**
 * Whom conversations go to: a colleague, a team, or the queue.
 *
 * @typedef {Object} Props
 * @property {string} title
 * @property {Object[]} agents of the board
 * @property {Object[]} teams of the board
 * @property {(values: {userId: number|null, teamId: number|null}) => Promise<void>} confirm
 * @extends {Component<Props, Env>}
 */
export class ReassignDialog extends Component {
    static template = "whatsapp_base.ReassignDialog";
    static components = { Dialog };
    static props = {
        title: String,
        agents: Array,
        teams: Array,
        confirm: Function,
        close: Function,
    };

    setup() {
        const { agents, teams } = this.props;
        const best = [...agents].sort((a, b) => this.rank(a) - this.rank(b) || a.load - b.load)[0];
        this.state = useState({
            to: "queue",
            userId: best?.id,
            teamId: teams[0]?.id,
            isBusy: false,
        });
    }

    rank(agent) {
        return STATUSES.findIndex((status) => status.id === agent.status);
    }

    get choices() {
        const choices = [{ id: "queue", label: _t("Back to the queue") }];
        if (this.props.agents.length) {
            choices.push({ id: "agent", label: _t("A colleague") });
        }
        if (this.props.teams.length) {
            choices.push({ id: "team", label: _t("A team") });
        }
        return choices;
    }

    get isComplete() {
        const { to, userId, teamId } = this.state;
        return to === "queue" || (to === "agent" ? userId : teamId);
    }

    agentText(agent) {
        const status = STATUSES.find(({ id }) => id === agent.status);
        return _t("%(name)s (%(status)s, %(load)s open)", {
            name: agent.name,
            status: status.label,
            load: agent.load,
        });
    }

    async confirm() {
        const { to, userId, teamId } = this.state;
        this.state.isBusy = true;
        try {
            await this.props.confirm({
                userId: to === "agent" ? userId : null,
                teamId: to === "team" ? teamId : null,
            });
            this.props.close();
        } finally {
            this.state.isBusy = false;
        }
    }
}
