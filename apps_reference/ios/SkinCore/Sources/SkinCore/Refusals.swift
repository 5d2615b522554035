/// Every sentence that the app refuses with. Each is a key of `Localizable.xcstrings`.
extension Refusal {
    // Photographs
    public static let notAnImage = Refusal(
        "A photograph must be a whole image, this file is none or is damaged; choose another.")
    public static let manyFrames = Refusal(
        "A photograph must be one still frame, this file has several; choose a still.")
    public static func tooLarge(_ megapixels: Int) -> Refusal {
        Refusal(
            "A photograph may have 120 megapixels at most, this one has %@; make it smaller.",
            "\(megapixels)")
    }
    public static func marksTooNear(_ pixels: Double) -> Refusal {
        Refusal(
            "The two marks must lie 20 pixels apart or more, these lie %@; tap both ends again.",
            "\(Int(pixels))")
    }

    // The artefact
    public static let noArtefact = Refusal(
        "An app must carry a model, this one has none; fill its Model folder and build it again.")
    public static func missing(_ name: String) -> Refusal {
        Refusal("An artefact must be whole, %@ is missing; export it again.", name)
    }
    public static func unreadable(_ name: String) -> Refusal {
        Refusal("A file must be readable, %@ is not; install the app again.", name)
    }
    public static func link(_ name: String) -> Refusal {
        Refusal("An artefact must hold plain files, %@ is a link; export it again.", name)
    }
    public static func sealBroken(_ name: String) -> Refusal {
        Refusal("The manifest must have the hash in its seal, %@ differs; export it again.", name)
    }
    public static func tampered(_ name: String) -> Refusal {
        Refusal("A file must have the hash in the manifest, %@ has another; export it again.", name)
    }
    public static func otherFormat(_ found: String) -> Refusal {
        Refusal("The manifest must have format 2, this one has %@; export it again.", found)
    }
    public static func damaged(_ reason: String) -> Refusal {
        Refusal("The manifest must be whole, it is damaged (%@); export it again.", reason)
    }
    public static func otherTarget(_ target: String) -> Refusal {
        Refusal("This app runs Core ML models, this one is for %@; export it for coreml.", target)
    }
    public static func newerSystem(_ needed: Int) -> Refusal {
        Refusal("This model needs iOS %@ or later; update the phone or export an older one.", "\(needed)")
    }
    public static func notDescribed(_ tensor: String) -> Refusal {
        Refusal(
            "The manifest must describe its model, which has no such %@; export it again.", tensor)
    }
    public static func notFloats(_ tensor: String, _ dtype: String) -> Refusal {
        Refusal(
            "A model must take and give arrays of floats, %@ is %@; convert it without images.",
            tensor, dtype)
    }

    // Running
    public static func notProbabilities(_ reason: String) -> Refusal {
        Refusal(
            "A net must give probabilities, this one gave %@; choose CPU only, or export it again.",
            reason)
    }
    public static let noStorage = Refusal(
        "The phone has no space left for the compiled model; free some and open the app again.")
    public static func notWritten(_ name: String) -> Refusal {
        Refusal("The phone has no space left for %@; free some and try again.", name)
    }
    public static let noGolden = Refusal(
        "The self-test needs golden images, this app has none; fill its Model folder and build it again."
    )
    public static func system(_ reason: String) -> Refusal {
        Refusal("The phone could not do it (%@); try again.", reason)
    }

    // The camera
    public static let cameraRefused = Refusal(
        "Live masks need the camera, this app may not use it; allow it in Settings.")
    public static let noCamera = Refusal(
        "Live masks need a camera, this device has none ready; connect one or choose a photograph.")
    public static let cameraLost = Refusal(
        "The camera stopped, another app may use it; start it again.")
}
