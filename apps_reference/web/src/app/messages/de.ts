/** Deutsch. */

import type { Messages } from './en';

export const german: Messages = {
  messages: {
    'app.notice': 'Beispiel-App, kein Medizinprodukt',
    'app.skip': 'Zum Inhalt springen',
    'app.noscript':
      'Diese App braucht JavaScript: Erlauben Sie es für diese Seite und laden Sie sie neu.',

    'nav.label': 'Ansichten',
    'nav.photo': 'Foto',
    'nav.selftest': 'Selbsttest',
    'nav.model': 'Modell',
    'nav.settings': 'Optionen',

    'photo.title': 'Foto',
    'photo.lead.lesion': 'Hautveränderung umranden',
    'photo.lead.skin': 'Haut umranden',
    'photo.lead.wound': 'Wunde umranden',
    'photo.hint': 'Foto aufnehmen oder auswählen. Einfügen und Hineinziehen geht auch.',
    'photo.choose': 'Foto auswählen',
    'photo.camera': 'Live-Kamera',
    'photo.sample': 'Gezeichnetes Beispiel öffnen',
    'photo.new': 'Neu',
    'photo.drop': 'Foto hier ablegen',
    'photo.stage': 'Foto mit Umriss',
    'photo.private': 'Nichts verlässt dieses Gerät',
    'photo.requests': 'Anfragen an andere Adressen: {count}',

    'busy.model': 'Modell wird geprüft und geladen …',
    'busy.photo': 'Umriss wird berechnet …',
    'busy.camera': 'Kamera startet …',

    'result.title': 'Ergebnis',
    'result.area': 'Anteil am Bild',
    'result.size': 'Wahre Größe',
    'result.measure': 'Maßstab setzen für mm²',
    'result.empty': 'Bei dieser Schwelle ist nichts markiert.',
    'result.time': '{milliseconds} ms mit {engine}',
    'result.announced': 'Umriss fertig: {area} des Bildes.',
    'result.threshold': 'Schwelle',
    'result.thresholdHelp': 'Ab dieser Wahrscheinlichkeit zählt ein Pixel. Validiert: {value}.',
    'result.thresholdReset': 'Zurück zur validierten Schwelle',
    'result.opacity': 'Deckkraft der Maske',
    'result.save': 'PNG sichern',
    'result.saved': 'Gesichert: {file}',
    'result.compare': 'Vergleich',
    'result.scale': 'Maßstab',

    'camera.capture': 'Dieses Bild nehmen',
    'camera.stop': 'Kamera ausschalten',
    'camera.turn': 'Andere Kamera',
    'camera.rate': '{rate} Bilder/s',
    'camera.started': 'Die Kamera ist an. Bilder werden laufend umrandet.',
    'camera.stopped': 'Die Kamera ist aus.',

    'compare.title': 'Vergleich',
    'compare.with': 'Links der Linie',
    'compare.plain': 'das Foto ohne Maske',
    'compare.before': 'das frühere Foto',
    'compare.divider': 'Lage der Linie',
    'compare.keep': 'Als „vorher“ merken',
    'compare.kept': 'Als „vorher“ gemerkt: Nun das spätere Foto aufnehmen oder auswählen.',
    'compare.none': 'Merken Sie ein Foto als „vorher“, um es mit einem späteren zu vergleichen.',
    'compare.change': 'Vorher {before}, jetzt {now}',
    'compare.forget': '„Vorher“ vergessen',

    'scale.title': 'Maßstab',
    'scale.with': 'Messen mit',
    'scale.ruler': 'Lineal',
    'scale.coin': 'Münze',
    'scale.length': 'Länge zwischen den Punkten (mm)',
    'scale.coinKind': 'Welche Münze',
    'scale.tapRuler': 'Tippen Sie auf zwei Striche des Lineals.',
    'scale.tapCoin': 'Tippen Sie auf drei Punkte am Rand der Münze, weit auseinander.',
    'scale.keys':
      'Tastatur: Pfeiltasten bewegen das Kreuz, Enter setzt einen Punkt, Rücktaste nimmt ihn zurück.',
    'scale.point': 'Punkt {number} von {total} gesetzt.',
    'scale.undo': 'Letzten Punkt zurücknehmen',
    'scale.clear': 'Maßstab entfernen',
    'scale.done': '{pixels} Pixel sind 10 mm.',
    'scale.bad': 'Diese Punkte ergeben keinen Maßstab: Setzen Sie sie weiter auseinander.',
    'scale.flat':
      'Münze oder Lineal müssen flach neben der Stelle liegen, die Kamera senkrecht darüber.',
    'scale.euro': 'Euro',
    'scale.dollar': 'US-Dollar',
    'scale.pound': 'Britisches Pfund',
    'scale.franc': 'Schweizer Franken',

    'selftest.title': 'Selbsttest',
    'selftest.lead':
      'Rechnet die Prüfbilder des Modells auf diesem Gerät und schreibt auf, was herauskam. Das Urteil fällt das Prüfprogramm, nicht diese Seite.',
    'selftest.run': 'Selbsttest starten',
    'selftest.stop': 'Abbrechen',
    'selftest.progress': 'Bild {done} von {total}',
    'selftest.save': 'device-report.json sichern',
    'selftest.judge': 'Danach urteilt das Prüfprogramm:',
    'selftest.done': 'Fertig: {total} Bilder, Median {milliseconds} ms.',
    'selftest.picture': 'Bild',
    'selftest.area': 'Anteil',
    'selftest.time': 'ms',
    'selftest.median': 'Median des Netzes allein',
    'selftest.pictures': 'Bilder gerechnet',
    'selftest.table': 'Zahlen zu jedem Bild',

    'model.title': 'Modell',
    'model.lead':
      'Aus dem Manifest des Artefakts. Siegel und Prüfsumme des Modells wurden vor dem Laden nachgerechnet.',
    'model.name': 'Name',
    'model.task': 'Aufgabe',
    'model.file': 'Datei',
    'model.input': 'Eingabe',
    'model.threshold': 'Schwelle',
    'model.parameters': 'Parameter',
    'model.sha256': 'SHA-256 des Modells',
    'model.golden': 'SHA-256 der Prüfbilder',
    'model.licence': 'Lizenz',
    'model.checkpoint': 'Checkpoint',
    'model.checkpointSha256': 'SHA-256 des Checkpoints',
    'model.runtime': 'Läuft auf',
    'model.none': 'Kein Modell geladen.',
    'model.task.lesion': 'Hautveränderung',
    'model.task.skin': 'Haut',
    'model.task.wound': 'Wunde',

    'settings.title': 'Optionen',
    'settings.language': 'Sprache',
    'settings.theme': 'Darstellung',
    'settings.system': 'Wie das Gerät',
    'settings.light': 'Hell',
    'settings.dark': 'Dunkel',
    'settings.engine': 'Modell und Laufzeit',
    'settings.choice': '{engine}: {name}, {precision}',
    'settings.noOnnx':
      'ONNX Runtime Web: Es wird kein ONNX-Artefakt angeboten. Starten Sie serve mit einem dazu.',
    'settings.noTflite':
      'LiteRT.js: Es wird kein TFLite-Artefakt angeboten. Starten Sie serve mit einem dazu.',
    'settings.threads': 'Threads',
    'settings.noThreads': 'Nur einer: Der Server isoliert diese Seite nicht (COOP und COEP).',
    'settings.webgpu': 'WebGPU verwenden',
    'settings.noWebgpu': 'Dieser Browser hat kein WebGPU.',
    'settings.app': 'App',
    'settings.install': 'App installieren',
    'settings.installed': 'Die App ist installiert.',
    'settings.installHint': 'Zum Installieren im Menü des Browsers: „Zum Startbildschirm“.',
    'settings.offline': 'Geht offline',
    'settings.offlineReady': 'ja: alles liegt auf diesem Gerät',
    'settings.offlineWaiting': 'noch nicht: wird gespeichert …',
    'settings.offlineNone': 'nein: Der Browser gibt hier keinen Speicher',
    'settings.privacy': 'Datenschutz',
    'settings.requests': 'Anfragen an andere Adressen',
    'settings.blocked': 'Vom Browser abgewiesene Versuche',
    'settings.policy': 'Was die Seite darf',
    'settings.privacyText':
      'Fotos werden auf diesem Gerät gelesen, gerechnet und gezeichnet. Die Seite darf nur die Adresse erreichen, von der sie kam; der Browser setzt das durch.',

    'error.title': 'Das ging nicht',
    'error.close': 'Schließen',
  },
  problems: {
    'photo-unreadable':
      '{name} ist kein Bild, das dieser Browser lesen kann; wählen Sie ein JPEG, PNG oder WebP',
    'photo-heic':
      '{name} ist ein HEIC-Foto, das dieser Browser nicht lesen kann; sichern Sie es als JPEG und wählen Sie dieses',
    'photo-too-large':
      '{name} hat {megapixels} Megapixel, {limit} sind die Grenze; verkleinern Sie es',
    'photo-animated':
      '{name} hat mehrere Einzelbilder; sichern Sie das gemeinte als unbewegtes Bild',
    'photo-memory': '{name} passt nicht in den Speicher dieses Browsers; verkleinern Sie es',
    'page-insecure':
      'Diese Seite muss über https oder von diesem Gerät kommen; öffnen Sie sie unter einer solchen Adresse',
    unreachable:
      '{url} ließ sich nicht laden ({reason}); prüfen Sie die Verbindung und laden Sie neu',
    'artefact-damaged': '{file} ist beschädigt ({reason}); exportieren Sie den Modellordner neu',
    'artefact-tampered':
      '{file} ist nicht die Datei, die das Manifest nennt; kopieren Sie den Modellordner neu',
    'artefact-format':
      'Der Modellordner hat Format {found}, diese App liest {known}; exportieren Sie ihn neu',
    'artefact-unsupported':
      'Diese App kann das Modell nicht rechnen: {reason}; exportieren Sie es für diese App',
    'no-simd':
      'Dieser Browser ist zu alt für das Modell (WebAssembly SIMD fehlt); aktualisieren Sie ihn',
    'engine-load':
      '{engine} lädt das Modell nicht ({reason}); exportieren Sie den Modellordner neu',
    'engine-run': '{engine} ist beim Rechnen gescheitert ({reason}); laden Sie die Seite neu',
    'camera-refused':
      'Die Kamera wurde verweigert; erlauben Sie sie in den Einstellungen des Browsers oder wählen Sie ein Foto',
    'camera-missing': 'Keine Kamera gefunden; schließen Sie eine an oder wählen Sie ein Foto',
    'camera-busy':
      'Eine andere App benutzt die Kamera; schließen Sie diese und starten Sie die Kamera neu',
    'camera-lost': 'Die Kamera wurde getrennt; verbinden und starten Sie sie neu',
    'no-artefact':
      'Hier wird kein Modell angeboten; starten Sie die App mit skinseg-mobile serve ARTEFACT',
    unexpected: 'Etwas ist unerwartet gescheitert ({reason}); laden Sie die Seite neu',
  },
};
