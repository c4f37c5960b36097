import { onWillUnmount, status, useComponent, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** What WhatsApp plays as a voice message (Firefox records it), and what the server makes it of (all others). */
const TYPES = [
    { mimetype: "audio/ogg;codecs=opus", extension: "ogg" },
    { mimetype: "audio/webm;codecs=opus", extension: "webm" },
];
const BITS_PER_SECOND = 24000;
const MAX_SECONDS = 15 * 60;
const WARN_SECONDS = MAX_SECONDS - 30;

/** @returns {{mimetype: string, extension: string}|undefined} how this browser records Opus, if it can */
export function opusType() {
    // not among what `browser` has
    const { MediaRecorder } = window;
    return MediaRecorder && TYPES.find(({ mimetype }) => MediaRecorder.isTypeSupported(mimetype));
}

const twoDigits = (number) => String(number).padStart(2, "0");

/**
 * A recorder with the face of Discuss's own (`useVoiceRecorder`, which makes MP3), that records Opus.
 * Use it in a composer: the file is uploaded as a voice message.
 */
export function useOpusRecorder() {
    const component = useComponent();
    const notification = useService("notification");
    const store = useService("mail.store");
    /** @type {MediaStream|undefined} */
    let microphone;
    /** @type {MediaRecorder|undefined} */
    let recorder;
    let timer;
    const state = useState({
        limitWarning: false,
        isActionPending: false,
        recording: false,
        elapsed: "00 : 00",
        onClick: () => (state.recording ? stop() : start()),
    });

    async function start() {
        if (state.isActionPending) {
            return;
        }
        state.isActionPending = true;
        try {
            microphone = await browser.navigator.mediaDevices.getUserMedia({
                audio: { ...store.settings.audioConstraints, channelCount: 1 },
            });
        } catch {
            notification.add(
                _t('"%(hostname)s" needs to access your microphone', {
                    hostname: browser.location.host,
                }),
                { type: "warning" },
            );
            state.isActionPending = false;
            return;
        }
        if (status(component) === "destroyed") {
            release();
            return;
        }
        const { mimetype, extension } = opusType();
        const parts = [];
        recorder = new window.MediaRecorder(microphone, {
            mimeType: mimetype,
            audioBitsPerSecond: BITS_PER_SECOND,
        });
        recorder.ondataavailable = ({ data }) => data.size && parts.push(data);
        recorder.onstop = () => {
            if (parts.length) {
                const name = `Voice-${luxon.DateTime.now().toFormat("yyyy-MM-dd-HHmmss")}.${extension}`;
                const file = new File(parts, name, { type: mimetype.split(";")[0] });
                component.attachmentUploader.uploadFile(file, { voice: true });
            }
        };
        recorder.start(1000);
        const startedAt = Date.now();
        state.elapsed = "00 : 00";
        state.recording = true;
        state.isActionPending = false;
        timer = browser.setInterval(() => {
            const seconds = Math.floor((Date.now() - startedAt) / 1000);
            state.elapsed = `${twoDigits(Math.floor(seconds / 60))} : ${twoDigits(seconds % 60)}`;
            state.limitWarning = seconds > WARN_SECONDS;
            if (seconds >= MAX_SECONDS) {
                notification.add(_t("Voice messages end after 15 minutes."), { type: "warning" });
                stop();
            }
        }, 250);
    }

    function stop() {
        if (recorder?.state === "recording") {
            recorder.stop();
        }
        release();
    }

    function release() {
        browser.clearInterval(timer);
        microphone?.getTracks().forEach((track) => track.stop());
        microphone = undefined;
        state.recording = false;
        state.limitWarning = false;
        state.isActionPending = false;
    }

    onWillUnmount(() => {
        if (state.recording) {
            notification.add(_t("Voice recording stopped"), { type: "warning" });
        }
        stop();
    });
    return state;
}
