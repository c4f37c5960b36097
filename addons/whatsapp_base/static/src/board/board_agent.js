import { Component } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";

import { STATUSES, urgency } from "./board_words";

/** One agent on the board: status, load, what waits. */
export class BoardAgent extends Component {
    static template = "whatsapp_base.BoardAgent";
    static components = { Dropdown, DropdownItem };
    static props = {
        /** As `whatsapp.board.load` tells it. */
        agent: Object,
        isSelected: Boolean,
        /** Says how long ago a moment was. */
        ago: Function,
        select: Function,
        setStatus: Function,
        reassignAll: Function,
    };

    setup() {
        this.statuses = STATUSES;
    }

    get status() {
        return STATUSES.find((status) => status.id === this.props.agent.status);
    }

    /** One's own status, and that of the agents whom one leads. */
    get maySetStatus() {
        const { id, may_change } = this.props.agent;
        return may_change || id === user.userId;
    }

    /** Why nothing can be changed. */
    get reason() {
        return _t(
            "You lead no team of %s. Ask a supervisor of their team or an administrator.",
            this.props.agent.name,
        );
    }

    get urgency() {
        return urgency(this.props.agent);
    }

    /** How full the agent is, in percent; none without a capacity. */
    get fill() {
        const { capacity, load } = this.props.agent;
        return capacity ? Math.min(100, Math.round((100 * load) / capacity)) : null;
    }

    get avatar() {
        return `/web/image/res.partner/${this.props.agent.partner_id}/avatar_128`;
    }
}
