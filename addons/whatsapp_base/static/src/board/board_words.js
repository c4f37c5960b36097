import { _t } from "@web/core/l10n/translation";

export const STATUSES = [
    { id: "active", label: _t("Active"), icon: "fa-circle text-success" },
    { id: "busy", label: _t("Busy"), icon: "fa-minus-circle text-danger" },
    { id: "break", label: _t("On a break"), icon: "fa-coffee text-warning" },
    { id: "offline", label: _t("Offline"), icon: "fa-circle-o text-muted" },
];

/**
 * @param {number} seconds
 * @returns {string} in the two largest units at most: "45 s", "12 min", "3 h 05 min", "2 d 4 h"
 */
export function duration(seconds) {
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    const days = Math.floor(hours / 24);
    if (minutes < 1) {
        return _t("%s s", Math.floor(seconds));
    }
    if (hours < 1) {
        return _t("%s min", minutes);
    }
    if (days < 1) {
        return _t("%(hours)s h %(minutes)s min", {
            hours,
            minutes: String(minutes % 60).padStart(2, "0"),
        });
    }
    return _t("%(days)s d %(hours)s h", { days, hours: hours % 24 });
}

/**
 * How much a line of the board burns, in words and as a look; nothing says it by colour alone.
 *
 * @param {{breached: number, due_soon: number, waiting: number}} line
 * @returns {{look: string, text: string}}
 */
export function urgency({ breached, due_soon: dueSoon, waiting }) {
    if (breached) {
        return { look: "danger", text: _t("%s too late", breached) };
    }
    if (dueSoon) {
        return { look: "warning", text: _t("%s due soon", dueSoon) };
    }
    if (waiting) {
        return { look: "info", text: _t("%s waiting", waiting) };
    }
    return { look: "quiet", text: _t("Calm") };
}

/** Sort what burns to the top: too late, due soon, who has waited longest, how many. */
export function byUrgency(a, b) {
    return (
        b.breached - a.breached ||
        b.due_soon - a.due_soon ||
        (a.oldest || "9").localeCompare(b.oldest || "9") ||
        b.open - a.open ||
        a.name.localeCompare(b.name)
    );
}
