import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { BoardAgent } from "./board_agent";
import { BoardDetails } from "./board_details";
import { byUrgency, duration, urgency } from "./board_words";
import { ReassignDialog } from "./reassign_dialog";

/** What the server is asked again after: when somebody tells of a change, and in any case. */
const AFTER_NEWS = 2000;
const POLL = 30000;
const TICK = 1000;

/** Live load of agents and teams for supervisors; what burns is on top. */
export class WhatsappBoard extends Component {
    static template = "whatsapp_base.Board";
    static components = { BoardAgent, BoardDetails };
    static props = { ...standardActionServiceProps };
    static path = "whatsapp-board";
    static displayName = _t("Supervisor Board");

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.busService = useService("bus_service");
        this.ui = useService("ui");
        this.state = useState({
            data: null,
            /** What is looked at closely: {kind, id, only, title} */
            selected: null,
            isOfflineShown: false,
            /** Moves on each second, so that waits grow on the screen. */
            now: Date.now(),
            isStale: false,
        });
        this.env.config.setDisplayName?.(WhatsappBoard.displayName.toString());
        onWillStart(() => this.load());
        const onNews = () => this.loadSoon();
        const onRecord = (payload) => payload["whatsapp.agent"] && this.loadSoon();
        onMounted(() => {
            this.busService.subscribe("whatsapp.conversation/queue", onNews);
            this.busService.subscribe("mail.record/insert", onRecord);
            this.poll = browser.setInterval(() => this.loadSoon(0), POLL);
            this.tick = browser.setInterval(() => (this.state.now = Date.now()), TICK);
        });
        useBus(this.busService, "BUS:RECONNECT", onNews);
        onWillUnmount(() => {
            this.busService.unsubscribe("whatsapp.conversation/queue", onNews);
            this.busService.unsubscribe("mail.record/insert", onRecord);
            browser.clearInterval(this.poll);
            browser.clearInterval(this.tick);
            browser.clearTimeout(this.soon);
        });
    }

    // ------------------------------------------------------------
    // Loading
    // ------------------------------------------------------------

    async load() {
        const data = await this.orm.silent.call("whatsapp.board", "load", []);
        // the server's clock counts; a computer's may be wrong
        this.clockShift = luxon.DateTime.fromSQL(data.now, { zone: "utc" }).toMillis() - Date.now();
        this.state.data = data;
        this.state.isStale = false;
    }

    /** Load once for everything that happens within a while; not while nobody looks. */
    loadSoon(delay = AFTER_NEWS) {
        if (this.soon || document.visibilityState === "hidden") {
            return;
        }
        this.soon = browser.setTimeout(async () => {
            try {
                await this.load();
            } catch {
                this.state.isStale = true;
            } finally {
                this.soon = null;
            }
        }, delay);
    }

    // ------------------------------------------------------------
    // What is shown
    // ------------------------------------------------------------

    /** @param {string|false} since UTC @returns {string} such as "12 min" */
    ago(since) {
        return since ? duration(this.secondsSince(since)) : "";
    }

    secondsSince(since) {
        const moment = luxon.DateTime.fromSQL(since, { zone: "utc" }).toMillis();
        return Math.max(0, (this.state.now + this.clockShift - moment) / 1000);
    }

    get tiles() {
        const { totals } = this.state.data;
        const burn = (count) => (count ? "danger" : "quiet");
        return [
            {
                only: "breached",
                label: _t("Too late"),
                value: totals.breached,
                look: burn(totals.breached),
                icon: "fa-fire",
            },
            {
                only: "due_soon",
                label: _t("Due soon"),
                value: totals.due_soon,
                look: totals.due_soon ? "warning" : "quiet",
                icon: "fa-hourglass-half",
            },
            {
                only: "waiting",
                label: _t("Waiting"),
                value: totals.waiting,
                note: totals.oldest && _t("longest %s", this.ago(totals.oldest)),
                look: "plain",
                icon: "fa-commenting-o",
            },
            {
                only: "unassigned",
                label: _t("Nobody's"),
                value: totals.unassigned,
                look: totals.unassigned ? "warning" : "quiet",
                icon: "fa-inbox",
            },
        ];
    }

    get today() {
        const { totals } = this.state.data;
        return [
            { label: _t("Resolved today"), value: totals.handled },
            {
                label: _t("First response (median)"),
                value: totals.first_response === false ? "–" : duration(totals.first_response),
            },
            {
                label: _t("Rating"),
                value: totals.rating === false ? "–" : totals.rating.toFixed(1),
                note: totals.rated ? _t("%s ratings", totals.rated) : "",
            },
        ];
    }

    get teams() {
        return [...this.state.data.teams].sort(byUrgency);
    }

    get agents() {
        return this.state.data.agents
            .filter((agent) => agent.status !== "offline" || agent.open)
            .sort(byUrgency);
    }

    get offlineAgents() {
        return this.state.data.agents
            .filter((agent) => agent.status === "offline" && !agent.open)
            .sort((a, b) => a.name.localeCompare(b.name));
    }

    urgency(line) {
        return urgency(line);
    }

    isSelected(kind, id) {
        const { selected } = this.state;
        return Boolean(selected) && selected.kind === kind && selected.id === id;
    }

    openingText(team) {
        if (!team.has_hours) {
            return _t("Around the clock");
        }
        if (team.is_open) {
            return _t("Open");
        }
        const at = team.next_opening && luxon.DateTime.fromSQL(team.next_opening, { zone: "utc" });
        return at ? _t("Closed until %s", at.toLocal().toFormat("ccc HH:mm")) : _t("Closed");
    }

    // ------------------------------------------------------------
    // What is done
    // ------------------------------------------------------------

    select(kind, id, title, only) {
        const { selected } = this.state;
        const isSame =
            selected && selected.kind === kind && selected.id === id && selected.only === only;
        this.state.selected = isSame ? null : { kind, id, title, only };
    }

    async setStatus(agent, status) {
        await this.orm.call("whatsapp.board", "set_status", [agent.id, status.id]);
        agent.status = status.id;
        this.loadSoon(0);
    }

    /** Ask whom the conversations of an agent go to. */
    reassignAll(agent) {
        this.dialog.add(ReassignDialog, {
            title: _t("Reassign all conversations of %s", agent.name),
            agents: this.state.data.agents.filter((other) => other.id !== agent.id),
            teams: this.state.data.teams.filter((team) => team.id),
            confirm: async (values) => {
                const { done, left } = await this.orm.call("whatsapp.board", "reassign_all", [
                    agent.id,
                    values.userId,
                    values.teamId,
                ]);
                const message = left
                    ? _t("%(done)s conversations changed hands, %(left)s are left.", { done, left })
                    : _t("%s conversations changed hands.", done);
                this.notification.add(message, { type: left ? "warning" : "success" });
                this.loadSoon(0);
            },
        });
    }
}

registry.category("actions").add("whatsapp_base.board", WhatsappBoard);
