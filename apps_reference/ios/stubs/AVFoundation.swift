@_exported import CoreVideo
@_exported import Foundation

public struct AVMediaType: Sendable { public static let video = AVMediaType() }
public final class CMSampleBuffer { public var imageBuffer: CVPixelBuffer? { fatalError() } }

public final class AVCaptureDevice {
    public static let wasDisconnectedNotification = Notification.Name("disconnected")
    public static func requestAccess(for: AVMediaType) async -> Bool { fatalError() }
    public static func `default`(for: AVMediaType) -> AVCaptureDevice? { fatalError() }
}
open class AVCaptureInput {}
public final class AVCaptureDeviceInput: AVCaptureInput { public init(device: AVCaptureDevice) throws {} }
public final class AVCaptureConnection { public var videoRotationAngle: CGFloat = 0 }
open class AVCaptureOutput {
    public func connection(with: AVMediaType) -> AVCaptureConnection? { fatalError() }
}
public final class AVCaptureVideoDataOutput: AVCaptureOutput {
    public var videoSettings: [String: Any]! = [:]
    public var alwaysDiscardsLateVideoFrames = true
    public override init() {}
    public func setSampleBufferDelegate(
        _: (any AVCaptureVideoDataOutputSampleBufferDelegate)?, queue: DispatchQueue?
    ) {}
}
public protocol AVCaptureVideoDataOutputSampleBufferDelegate: AnyObject {
    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer,
        from connection: AVCaptureConnection)
}
public final class AVCaptureSession {
    public struct Preset: Sendable { public static let vga640x480 = Preset() }
    public static let wasInterruptedNotification = Notification.Name("interrupted")
    public static let runtimeErrorNotification = Notification.Name("error")
    public var sessionPreset = Preset()
    public init() {}
    public func canAddInput(_: AVCaptureInput) -> Bool { fatalError() }
    public func canAddOutput(_: AVCaptureOutput) -> Bool { fatalError() }
    public func addInput(_: AVCaptureInput) {}
    public func addOutput(_: AVCaptureOutput) {}
    public func beginConfiguration() {}
    public func commitConfiguration() {}
    public func startRunning() {}
    public func stopRunning() {}
}
