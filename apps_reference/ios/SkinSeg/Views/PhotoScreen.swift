import PhotosUI
import SkinCore
import SwiftUI
import UniformTypeIdentifiers

/// A photograph from the library or a file, with its mask.
struct PhotoScreen: View {
    @State private var state = PhotoState()
    @State private var picked: PhotosPickerItem?
    @State private var isChoosingFile = false

    var body: some View {
        NavigationStack {
            WithModel { ready in
                scene(ready)
                    .toolbar { buttons }
                    .onChange(of: picked) { open(picked, with: ready.segmenter) }
                    .fileImporter(isPresented: $isChoosingFile, allowedContentTypes: [.image]) {
                        open($0, with: ready.segmenter)
                    }
                    .task(id: ready.segmenter.engine.delegate) {
                        await state.again(with: ready.segmenter)
                    }
            }
            .navigationTitle("Photograph")
        }
    }

    @ViewBuilder private func scene(_ ready: ModelState.Ready) -> some View {
        switch state.stage.scene {
        case .empty:
            ContentUnavailableView(
                "Choose a photograph", systemImage: "photo.on.rectangle",
                description: Text("It stays on this phone. Not a medical device."))
        case .working: ProgressView("Computing the mask…")
        case .refused(let refusal): RefusalView(refusal: refusal)
        case .shown(let result):
            ResultView(result: result, state: state, manifest: ready.manifest)
                .id(state.stage.number)
        }
    }

    @ToolbarContentBuilder private var buttons: some ToolbarContent {
        ToolbarItem {
            PhotosPicker(
                selection: $picked, matching: .images, preferredItemEncoding: .current
            ) {
                Label("Choose from the library", systemImage: "photo")
            }
        }
        ToolbarItem {
            Button("Choose a file", systemImage: "folder") { isChoosingFile = true }
        }
    }

    private func open(_ item: PhotosPickerItem?, with segmenter: Segmenter) {
        guard let item else { return }
        picked = nil  // so that the same photograph can be chosen again
        Task {
            await state.show(with: segmenter) {
                guard let data = try await item.loadTransferable(type: Data.self) else {
                    throw Refusal.notAnImage
                }
                return try PhotoReader.read(data)
            }
        }
    }

    private func open(_ choice: Result<URL, any Error>, with segmenter: Segmenter) {
        Task {
            await state.show(with: segmenter) {
                let file = try choice.get()
                let isScoped = file.startAccessingSecurityScopedResource()
                defer { if isScoped { file.stopAccessingSecurityScopedResource() } }
                guard let data = try? Data(contentsOf: file) else {
                    throw Refusal.unreadable(file.lastPathComponent)
                }
                return try PhotoReader.read(data)
            }
        }
    }
}
