import { _t } from "@web/core/l10n/translation";

/** The views of the list, in order. The first ones are tabs, the others are behind a menu. */
export const VIEWS = [
    { id: "mine", name: _t("Mine"), isTab: true },
    { id: "unassigned", name: _t("Unassigned"), isTab: true },
    { id: "all", name: _t("All"), isTab: true },
    { id: "teams", name: _t("My teams"), icon: "fa-users" },
    { id: "waiting", name: _t("Waiting"), icon: "fa-hourglass-half" },
    { id: "snoozed", name: _t("Snoozed"), icon: "fa-moon-o" },
    { id: "resolved", name: _t("Resolved"), icon: "fa-check" },
];
export const WAITING_MINUTES = [5, 15, 30, 60, 240];
/** As the server has it: a year. */
export const MAX_MINUTES = 60 * 24 * 365;
export const ORDERS = [
    { id: "newest", name: _t("Newest first") },
    { id: "waiting", name: _t("Oldest waiting first") },
    { id: "priority", name: _t("Priority first") },
];
export const GROUPS = [
    { id: false, name: _t("No groups") },
    { id: "user_id", name: _t("Assignee"), none: _t("Nobody") },
    { id: "team_id", name: _t("Team"), none: _t("No team") },
    { id: "tag_ids", name: _t("Tag"), none: _t("No tag") },
    { id: "channel_id", name: _t("Number"), none: _t("No number") },
];
/** From here on the server does not count. */
const COUNTED = 1000;

/** @returns {string} a count for people: "12", "999+" */
export function countText(count) {
    return count >= COUNTED ? `${COUNTED - 1}+` : String(count ?? "");
}

function compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

const compareNewest = (a, b) =>
    compare(b.last_message_at || "", a.last_message_at || "") || b.id - a.id;
const compareWaiting = (a, b) =>
    compare(a.waiting_since || "~", b.waiting_since || "~") || a.id - b.id;

/** How rows are ordered: the same as on the server, so that a row that changed finds its place. */
export const COMPARE = {
    newest: compareNewest,
    waiting: compareWaiting,
    priority: (a, b) => compare(b.priority || "0", a.priority || "0") || compareWaiting(a, b),
};
