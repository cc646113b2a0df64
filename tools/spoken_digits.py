"""Make the spoken digits again: espeak-ng says zero to nine in many voices.

Usage: python spoken_digits.py      (needs the program espeak-ng, version 1.51)

It writes code/scratch/data/spoken_digits.npz. Another version of the program speaks a
little differently, so the file then has another checksum than the one in
scratch.datasets.
"""

import hashlib
import subprocess
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "code" / "scratch" / "data" / "spoken_digits.npz"
RATE = 8000  # samples a second, as on the telephone
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TAKES = [(180, 40), (215, 60)]  # words a minute, pitch: every word is said twice
ACCENTS = [
    "en-gb",
    "en-us",
    "en-gb-scotland",
    "en-gb-x-rp",
    "en-029",
    "en-us-nyc",
    "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
]
# espeak-ng's names for ways of speaking; the accents above are dealt out in turn
VARIANTS = [
    "f1", "m1", "f2", "m3", "f3", "m4", "f4", "m5", "f5", "m7", "Alicia", "m8",
    "Annie", "Alex", "linda", "boris", "belinda", "Marco", "grandma", "Nguyen",
    "anika", "Andy", "whisper", "croak",
]  # fmt: skip


def say(word, voice, speed, pitch):
    """Return what espeak-ng says as numbers from -1 to 1, and their rate."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", word]
    sound = subprocess.run(command, capture_output=True, check=True).stdout
    rate = int.from_bytes(sound[24:28], "little")
    samples = np.frombuffer(sound[sound.find(b"data") + 8 :], "<i2")
    return samples / 32768, rate


def resample(signal, rate):
    """Return the signal at the rate of the data, without what lies above 3.7 to 4 kHz."""
    spectrum = np.fft.rfft(signal)
    frequencies = np.arange(len(spectrum)) * rate / len(signal)
    spectrum *= np.clip((RATE / 2 - frequencies) / 300, 0, 1)
    length = round(len(signal) * RATE / rate)
    return np.fft.irfft(spectrum[: length // 2 + 1], length)


def trim(signal):
    """Cut off the silence at both ends, and make the loudest sample 1."""
    power = np.convolve(signal**2, np.ones(80) / 80, mode="same")
    loud = np.flatnonzero(power > 1e-4 * power.max())
    signal = signal[max(loud[0] - 80, 0) : loud[-1] + 80]
    return signal / np.abs(signal).max()


def mu_law(signal):
    """Return one byte a sample, finer for quiet ones (ITU-T G.711, continuous form)."""
    squeezed = np.sign(signal) * np.log1p(255 * np.abs(signal)) / np.log(256)
    return np.round(127.5 + 127.5 * squeezed).astype(np.uint8)


def main():
    """Speak, cut, pack, and say what came out."""
    pieces, labels, speakers, takes = [], [], [], []
    voices = [f"{ACCENTS[k % len(ACCENTS)]}+{name}" for k, name in enumerate(VARIANTS)]
    for number, voice in enumerate(voices):
        for take, (speed, pitch) in enumerate(TAKES):
            for label, word in enumerate(WORDS):
                pieces.append(mu_law(trim(resample(*say(word, voice, speed, pitch)))))
                labels.append(label)
                speakers.append(number)
                takes.append(take)
    arrays = {
        "samples": np.concatenate(pieces),
        "lengths": np.array([len(piece) for piece in pieces], np.uint16),
        "labels": np.array(labels, np.uint8),
        "voices": np.array(speakers, np.uint8),
        "takes": np.array(takes, np.uint8),
        "voice_names": np.array(voices),
    }
    np.savez_compressed(TARGET, **arrays)
    content = TARGET.read_bytes()
    print(f"{len(pieces)} recordings, {len(arrays['samples']) / RATE:.0f} s")
    print(f"{len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
