import { Component, useState } from "@odoo/owl";

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { imageUrl } from "@web/core/utils/urls";

import { SHOWN } from "../../discuss/ticks/whatsapp_ticks";

const { DateTime } = luxon;
const HOUR = 60;
/** How many tags a row has room for. */
const MAX_TAGS = 2;
/** From when on the window is counted down, and from when on it is urgent, in minutes. */
const WINDOW_SHOWN = 24 * HOUR;
const WINDOW_URGENT = 2 * HOUR;

/** @returns {string} a time span of minutes for people with little room: "5 min", "3 h", "2 d" */
export function spanText(minutes) {
    if (minutes < HOUR) {
        return _t("%s min", Math.max(0, Math.floor(minutes)));
    }
    if (minutes < 48 * HOUR) {
        return _t("%s h", Math.floor(minutes / HOUR));
    }
    return _t("%s d", Math.floor(minutes / HOUR / 24));
}

/** @returns {string} a time with little room: of today the hour, of this week the day, else the date */
export function timeText(date, now = DateTime.now()) {
    if (date.hasSame(now, "day")) {
        return date.toLocaleString(DateTime.TIME_SIMPLE);
    }
    if (now.diff(date, "days").days < 6) {
        return date.toLocaleString({ weekday: "short" });
    }
    const year = date.hasSame(now, "year") ? undefined : "2-digit";
    return date.toLocaleString({ day: "numeric", month: "short", year });
}

/** One conversation in the list. */
export class InboxRow extends Component {
    static template = "whatsapp_base.InboxRow";
    static props = {
        row: Object,
        isActive: Boolean,
        isCursor: Boolean,
        isMarked: Boolean,
        hasMarks: Boolean,
        now: Object,
        onOpen: Function,
        onMark: Function,
    };

    setup() {
        this.store = useState(useService("mail.store"));
    }

    get row() {
        return this.props.row;
    }

    get avatarUrl() {
        const { partner } = this.row;
        return partner && imageUrl("res.partner", partner[0], "avatar_128", { unique: partner[1] });
    }

    get initials() {
        const letters = this.row.name.match(/\p{L}/gu);
        return letters ? letters[0].toUpperCase() : "#";
    }

    get agentUrl() {
        return imageUrl("res.partner", this.row.agent[2], "avatar_128");
    }

    get time() {
        const at = this.row.last_message_at;
        return at ? timeText(deserializeDateTime(at), this.props.now) : "";
    }

    get timeTitle() {
        const at = this.row.last_message_at;
        return at ? deserializeDateTime(at).toLocaleString(DateTime.DATETIME_MED) : "";
    }

    /** How far our last message has come: the store knows best where the thread is followed. */
    get ticks() {
        const { last } = this.row;
        if (!last) {
            return undefined;
        }
        const message = last.message_id && this.store["mail.message"].get(last.message_id);
        const state = message?.whatsapp_status?.state ?? last.state;
        return SHOWN[state] ?? SHOWN.queued;
    }

    minutesUntil(text) {
        return deserializeDateTime(text).diff(this.props.now, "minutes").minutes;
    }

    /** @returns {{text: string, tone: string, icon: string, title: string}[]} what has to be known at first sight */
    get chips() {
        const chips = [];
        const row = this.row;
        if (row.blocked) {
            chips.push({ icon: "fa-ban", text: _t("Blocked"), tone: "danger" });
        }
        if (row.snoozed_until) {
            chips.push({
                icon: "fa-moon-o",
                text: timeText(deserializeDateTime(row.snoozed_until), this.props.now),
                tone: "muted",
                title: _t("Snoozed until %s", this.date(row.snoozed_until)),
            });
        }
        if (row.state === "resolved") {
            chips.push({ icon: "fa-check", text: _t("Resolved"), tone: "muted" });
            return chips;
        }
        if (row.waiting_since) {
            chips.push({
                icon: "fa-hourglass-half",
                text: spanText(-this.minutesUntil(row.waiting_since)),
                tone: { due_soon: "warning", breached: "danger" }[row.sla_state] ?? "muted",
                title: _t("The customer waits since %s", this.date(row.waiting_since)),
            });
        }
        const left = row.window_expires_at ? this.minutesUntil(row.window_expires_at) : 0;
        if (left > 0 && left <= WINDOW_SHOWN) {
            chips.push({
                icon: "fa-clock-o",
                text: spanText(left),
                tone: left <= WINDOW_URGENT ? "warning" : "muted",
                title: _t("Free text can be sent until %s", this.date(row.window_expires_at)),
            });
        } else if (left <= 0) {
            chips.push({
                icon: "fa-clock-o",
                text: _t("Templates only"),
                tone: "muted",
                title: _t("The customer's last message is more than 24 hours old."),
            });
        }
        return chips;
    }

    date(text) {
        return deserializeDateTime(text).toLocaleString(DateTime.DATETIME_MED);
    }

    get tags() {
        return this.row.tags.slice(0, MAX_TAGS);
    }

    get moreTags() {
        return this.row.tags.slice(MAX_TAGS);
    }

    get priorityTitle() {
        return this.row.priority === "2" ? _t("Urgent") : _t("High priority");
    }

    get slaTitle() {
        if (!this.row.sla_due_at) {
            return "";
        }
        const date = this.date(this.row.sla_due_at);
        return this.row.sla_state === "breached"
            ? _t("Promised until %s: late", date)
            : _t("Promised until %s", date);
    }

    get preview() {
        return this.row.match?.text || this.row.last_message_preview || "";
    }

    get markLabel() {
        return _t("Mark %s", this.row.name);
    }

    get unreadTitle() {
        return _t("%s without an answer", this.row.unanswered_count);
    }

    onClick(ev) {
        if (ev.shiftKey || ev.ctrlKey || ev.metaKey) {
            this.props.onMark(this.row.id, { range: ev.shiftKey });
        } else {
            this.props.onOpen(this.row.id);
        }
    }

    onClickMark(ev) {
        this.props.onMark(this.row.id, { range: ev.shiftKey });
    }
}
