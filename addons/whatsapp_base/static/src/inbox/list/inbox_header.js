import { Component, onWillUnmount, useRef, useState } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

import { AgentStatus } from "../../agent_status/agent_status";
import { InboxMinutes } from "./inbox_minutes";
import { countText, GROUPS, ORDERS, VIEWS, WAITING_MINUTES } from "./inbox_views";

const SEARCH_AFTER = 250;

/** The top of the list: search, views with their counts, order, groups and filters. */
export class InboxHeader extends Component {
    static template = "whatsapp_base.InboxHeader";
    static components = { AgentStatus, Dropdown, DropdownItem, InboxMinutes };
    static props = { onHelp: Function };

    setup() {
        this.inbox = useState(useService("whatsapp.inbox"));
        this.searchRef = useRef("search");
        this.tabs = VIEWS.filter((view) => view.isTab);
        this.otherViews = VIEWS.filter((view) => !view.isTab);
        this.orders = ORDERS;
        this.groups = GROUPS;
        this.waitingMinutes = WAITING_MINUTES;
        this.onSearch = useDebounced((value) => this.search(value), SEARCH_AFTER);
        const unregister = this.inbox.register({
            focusSearch: () => this.searchRef.el?.focus(),
        });
        onWillUnmount(unregister);
    }

    get rows() {
        return this.inbox.rows;
    }

    get query() {
        return this.inbox.rows.query;
    }

    count(view) {
        return countText(this.rows.counts[view.id]);
    }

    get otherView() {
        return this.otherViews.find((view) => view.id === this.query.view);
    }

    get otherName() {
        const view = this.otherView;
        if (!view) {
            return _t("More");
        }
        return this.viewName(view);
    }

    viewName(view) {
        return view.id === "waiting"
            ? _t("Waiting over %s min", this.query.minutes)
            : view.name.toString();
    }

    get viewTitle() {
        return this.viewName(VIEWS.find((view) => view.id === this.query.view));
    }

    get isArranged() {
        return this.query.order !== "newest" || Boolean(this.query.group_by);
    }

    show(view) {
        return this.rows.change({ view, search: "" });
    }

    async showWaiting(minutes) {
        await this.rows.change({ view: "waiting", minutes, search: "" });
        this.inbox.live.countSoon({ now: true });
    }

    search(value) {
        const search = value.trim();
        if (search !== this.query.search) {
            this.rows.change({ search });
        }
    }

    onSearchInput(ev) {
        this.onSearch(ev.target.value);
    }

    onSearchKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.clearSearch();
            ev.target.blur();
        } else if (ev.key === "Enter") {
            this.onSearch.cancel();
            this.search(ev.target.value);
        } else if (ev.key === "ArrowDown") {
            ev.preventDefault();
            ev.target.blur();
            this.rows.moveCursor(1, this.inbox.activeId);
        }
    }

    clearSearch() {
        this.onSearch.cancel();
        if (this.searchRef.el) {
            this.searchRef.el.value = "";
        }
        this.search("");
    }
}
