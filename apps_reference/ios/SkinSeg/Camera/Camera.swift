import AVFoundation
import SkinCore

/// Frames of the back camera as upright photographs; while the net works only the newest is kept.
///
/// Unchecked, because AVFoundation's classes are not `Sendable`: the session is used on `queue` only.
final class Camera: NSObject, @unchecked Sendable {
    let frames: AsyncThrowingStream<Photo, any Error>
    private let sink: AsyncThrowingStream<Photo, any Error>.Continuation
    private let session = AVCaptureSession()
    private let queue = DispatchQueue(label: "camera")
    private var observers: [any NSObjectProtocol] = []

    /// Asks for permission and starts; a `Refusal` says what is in the way.
    static func start() async throws -> Camera {
        guard await AVCaptureDevice.requestAccess(for: .video) else { throw Refusal.cameraRefused }
        let camera = Camera()
        try await camera.open()
        return camera
    }

    private override init() {
        (frames, sink) = AsyncThrowingStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        super.init()
    }

    func stop() {
        queue.async { [self] in
            session.stopRunning()
            observers.forEach { NotificationCenter.default.removeObserver($0) }
            observers = []
            sink.finish()
        }
    }

    private func open() async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            queue.async { [self] in done.resume(with: Result { try connect() }) }
        }
    }

    private func connect() throws {
        guard let device = AVCaptureDevice.default(for: .video),
            let input = try? AVCaptureDeviceInput(device: device), session.canAddInput(input)
        else { throw Refusal.noCamera }
        let output = AVCaptureVideoDataOutput()
        output.videoSettings = [
            kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_32BGRA
        ]
        output.alwaysDiscardsLateVideoFrames = true
        output.setSampleBufferDelegate(self, queue: queue)
        session.beginConfiguration()
        session.sessionPreset = .vga640x480
        session.addInput(input)
        guard session.canAddOutput(output) else { throw Refusal.noCamera }
        session.addOutput(output)
        output.connection(with: .video)?.videoRotationAngle = 90  // the app stands upright
        session.commitConfiguration()
        watch(device)
        session.startRunning()
    }

    /// Another app, an unplugged camera or a fault ends the frames with a sentence.
    private func watch(_ device: AVCaptureDevice) {
        let losses: [(Notification.Name, AnyObject)] = [
            (AVCaptureSession.wasInterruptedNotification, session),
            (AVCaptureSession.runtimeErrorNotification, session),
            (AVCaptureDevice.wasDisconnectedNotification, device),
        ]
        observers = losses.map { name, source in
            NotificationCenter.default.addObserver(forName: name, object: source, queue: nil) {
                [sink] _ in sink.finish(throwing: Refusal.cameraLost)
            }
        }
    }
}

extension Camera: AVCaptureVideoDataOutputSampleBufferDelegate {
    func captureOutput(
        _ output: AVCaptureOutput, didOutput sample: CMSampleBuffer, from: AVCaptureConnection
    ) {
        guard let buffer = sample.imageBuffer else { return }
        do {
            sink.yield(try photo(of: buffer))
        } catch {
            sink.finish(throwing: error)
        }
    }

    private func photo(of buffer: CVPixelBuffer) throws -> Photo {
        CVPixelBufferLockBaseAddress(buffer, .readOnly)
        defer { CVPixelBufferUnlockBaseAddress(buffer, .readOnly) }
        guard let memory = CVPixelBufferGetBaseAddress(buffer) else { throw Refusal.cameraLost }
        let bitmap = Bitmap(
            height: CVPixelBufferGetHeight(buffer), width: CVPixelBufferGetWidth(buffer),
            rowBytes: CVPixelBufferGetBytesPerRow(buffer), layout: .bgrx)
        let size = CVPixelBufferGetDataSize(buffer)
        return try bitmap.photo(from: UnsafeRawBufferPointer(start: memory, count: size))
    }
}
