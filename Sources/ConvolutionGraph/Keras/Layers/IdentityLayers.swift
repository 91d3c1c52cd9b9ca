/// What does nothing where nothing is trained.
let identityLayers: [String: LayerMaker] = Dictionary(
  uniqueKeysWithValues: names.map { ($0, identity) })

private let identity: LayerMaker = { (call) in
  call.ignoreAllSettings()
  return [call.tensors[0]]
}

private let names = [
  "Identity", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
  "GaussianDropout", "GaussianNoise", "AlphaDropout", "ActivityRegularization",
  "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast",
  "RandomBrightness", "RandomHue", "RandomSaturation", "RandomSharpness", "RandomShear",
  "RandomErasing", "RandomGrayscale", "RandomColorJitter", "RandomGaussianBlur",
  "RandomPerspective", "RandomColorDegeneration", "RandomInvert", "RandomPosterization",
]
