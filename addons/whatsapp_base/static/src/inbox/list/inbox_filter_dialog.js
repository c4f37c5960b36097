import { Component, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";

/** Asks under which name and for whom a filter is kept. */
export class InboxFilterDialog extends Component {
    static template = "whatsapp_base.InboxFilterDialog";
    static components = { Dialog };
    static props = { close: Function, onConfirm: Function, teams: Array };

    setup() {
        useAutofocus();
        this.state = useState({ name: "", audience: "me" });
        this.audiences = [
            { id: "me", name: _t("Only me") },
            ...this.props.teams.map((team) => ({
                id: `team_${team.id}`,
                name: _t("Team %s", team.name),
                teamId: team.id,
            })),
            { id: "all", name: _t("Everybody") },
        ];
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && this.state.name.trim()) {
            this.onConfirm();
        }
    }

    onConfirm() {
        this.props.onConfirm({
            name: this.state.name.trim(),
            audience: this.audiences.find(({ id }) => id === this.state.audience),
        });
        this.props.close();
    }
}
