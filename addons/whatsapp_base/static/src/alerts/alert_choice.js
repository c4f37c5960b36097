/**
 * When the user is rung, as `tools/quiet_hours.py` decides it for push on the server.
 *
 * @typedef {Object} Choice settings of the user
 * @property {"all"|"mine"|"none"} whatsapp_alerts
 * @property {[number|false, number|false, string][]} whatsapp_alert_rules (number, team, choice)
 * @property {boolean} whatsapp_quiet
 * @property {number} whatsapp_quiet_from hour of the day
 * @property {number} whatsapp_quiet_to
 * @property {boolean} whatsapp_quiet_weekends
 */

/**
 * @param {luxon.DateTime} moment in the user's time zone
 * @param {Choice} choice
 */
export function isQuiet(moment, choice) {
    if (!choice.whatsapp_quiet) {
        return false;
    }
    if (choice.whatsapp_quiet_weekends && moment.weekday >= 6) {
        return true;
    }
    const { whatsapp_quiet_from: from, whatsapp_quiet_to: to } = choice;
    const hour = moment.hour + moment.minute / 60;
    return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}

/** What the user wants to hear of; the choice for the number counts before that for the team. */
export function scopeOf(choice, numberId, teamId) {
    const rules = choice.whatsapp_alert_rules || [];
    const ofNumber = numberId && rules.find(([number]) => number === numberId);
    const ofTeam = teamId && rules.find(([, team]) => team === teamId);
    return (ofNumber || ofTeam || [false, false, choice.whatsapp_alerts])[2];
}

/** @returns {boolean} whether a conversation rings, be it the user's or one that waits for anybody */
export function isRung(choice, { numberId, teamId, isMine }) {
    const scope = scopeOf(choice, numberId, teamId);
    return scope === "all" || (scope === "mine" && isMine);
}
