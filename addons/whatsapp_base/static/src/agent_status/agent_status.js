import { Component } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

const { DateTime } = luxon;

/** Statuses in the order of the menu: what they are called and look like, and what follows from them. */
export const AGENT_STATUSES = [
    {
        id: "active",
        icon: "fa-circle text-success",
        label: _t("Active"),
        hint: _t("You get conversations"),
    },
    {
        id: "busy",
        icon: "fa-minus-circle text-danger",
        label: _t("Busy"),
        hint: _t("No new ones by themselves"),
    },
    {
        id: "break",
        icon: "fa-coffee text-warning",
        label: _t("On a Break"),
        hint: _t("Back in a moment"),
    },
    {
        id: "offline",
        icon: "fa-circle-o text-muted",
        label: _t("Offline"),
        hint: _t("Not at work"),
    },
];

/**
 * Shows and sets the user's own status as an agent, as Odoo's menu does the one in chats. Used in the systray and in
 * the inbox.
 */
export class AgentStatus extends Component {
    static template = "whatsapp_base.AgentStatus";
    static components = { Dropdown, DropdownItem };
    static props = {
        isSystray: { type: Boolean, optional: true },
        isCompact: { type: Boolean, optional: true },
    };
    static defaultProps = { isSystray: false, isCompact: false };

    setup() {
        this.store = useService("mail.store");
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.statuses = AGENT_STATUSES;
    }

    get isShown() {
        return Boolean(this.store.has_access_whatsapp);
    }

    get agent() {
        return this.store.whatsapp_agent;
    }

    get current() {
        const id = this.agent?.status ?? "offline";
        return AGENT_STATUSES.find((status) => status.id === id) ?? AGENT_STATUSES.at(-1);
    }

    /** Since when, in words that stay true while the menu is open. */
    get since() {
        const since = this.agent?.status_since;
        if (!since) {
            return "";
        }
        const isToday = since.hasSame(DateTime.now(), "day");
        const time = since.toLocaleString(isToday ? DateTime.TIME_SIMPLE : DateTime.DATETIME_SHORT);
        if (this.agent.status_source === "inactivity" && this.agent.status === "offline") {
            return _t("since %s, as you were away", time);
        }
        return this.agent.status_source === "schedule"
            ? _t("since %s, by your schedule", time)
            : _t("since %s", time);
    }

    get title() {
        return _t("WhatsApp: you are %s", this.current.label);
    }

    /** @param {string} status */
    async set(status) {
        if (status === this.agent?.status && this.agent.status_source === "hand") {
            return;
        }
        const values = await this.orm.call("whatsapp.agent", "set_status", [status]);
        this.store.insert({
            "whatsapp.agent": [{ ...values, status_source: "hand" }],
            Store: { whatsapp_agent: values.id },
        });
    }
}

export class AgentStatusSystray extends Component {
    static template = "whatsapp_base.AgentStatusSystray";
    static components = { AgentStatus };
    static props = {};
}

// left of the chats
registry
    .category("systray")
    .add("whatsapp_base.AgentStatus", { Component: AgentStatusSystray }, { sequence: 26 });
