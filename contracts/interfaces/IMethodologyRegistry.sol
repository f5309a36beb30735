// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @notice Classification of a removal activity (OGCR 3.1). The bit `1 << uint8(projectType)` stands for it in a set.
enum ProjectType {
    Afforestation,
    Reforestation,
    SoilCarbon,
    Biochar,
    DirectAirCapture,
    EnhancedWeathering,
    BlueCarbon,
    BiomassEnergyCcs
}

/// @notice Kinds of unit that never mix (Regulation (EU) 2024/3012 Art. 2(19)-(23), 12(4)). `CRU` is the fractional
/// unit of OGCR 3.3 for registries outside that regime.
enum UnitType {
    CRU,
    PCR,
    CFS,
    CSP,
    SER
}

enum MethodologyStatus {
    None,
    Registered,
    Active,
    Deprecated
}

/// @notice What a methodology version fixes for every project under it.
/// @param unitType kind of unit that is issued
/// @param granularityKg smallest amount of one unit, kg CO2e; a multiple of 1000 for every type but `CRU`
/// @param bufferRateBps share of each issuance that goes to the buffer, basis points below 10000
/// @param automaticIssuance true: the verification itself issues the units; false: an operator does
/// @param expires true: units end with their monitoring period unless it is prolonged (Art. 6(5), 12(5)); always so for
/// `CFS` and `CSP`, never for `PCR` and `SER`, as the methodology says for `CRU`
/// @param durabilityYears length of the monitoring period after the reporting period, calendar years, 1 to 1000
/// @param projectTypes set of permitted project types, one bit each
struct MethodologyTerms {
    UnitType unitType;
    uint32 granularityKg;
    uint16 bufferRateBps;
    bool automaticIssuance;
    bool expires;
    uint16 durabilityYears;
    uint32 projectTypes;
}

/// @param documentHash SHA-256 of the RFC 8785 form of the methodology document
struct Methodology {
    bytes32 documentHash;
    MethodologyStatus status;
    MethodologyTerms terms;
}

/// @title Methodologies that projects may reference (OGCR 6.1.1)
/// @notice A methodology version is immutable: a revision is a new version. Its key is
/// keccak256 of the UTF-8 text methodologyId, an at sign, version.
interface IMethodologyRegistry {
    event MethodologyRegistered(
        bytes32 indexed methodologyKey,
        address indexed actor,
        string methodologyId,
        string version,
        bytes32 documentHash,
        string uri,
        MethodologyTerms terms
    );
    event MethodologyStatusChanged(
        bytes32 indexed methodologyKey, MethodologyStatus indexed from, MethodologyStatus indexed to, address actor
    );

    error MethodologyRegistryInvalidId(string methodologyId);
    error MethodologyRegistryInvalidVersion(string version);
    error MethodologyRegistryZeroHash();
    error MethodologyRegistryUriTooLong(uint256 length, uint256 limit);
    error MethodologyRegistryInvalidGranularity(UnitType unitType, uint32 granularityKg);
    error MethodologyRegistryInvalidBufferRate(uint16 bufferRateBps);
    error MethodologyRegistryInvalidProjectTypes(uint32 projectTypes);
    error MethodologyRegistryInvalidExpiry(UnitType unitType, bool expires);
    error MethodologyRegistryInvalidDurability(uint16 durabilityYears);
    error MethodologyRegistryAlreadyRegistered(bytes32 methodologyKey);
    error MethodologyRegistryUnexpectedStatus(bytes32 methodologyKey, MethodologyStatus status);

    /// @notice Registers a methodology version; it must be activated before projects can use it.
    /// @param methodologyId 1 to 100 bytes of `A-Z a-z 0-9 . _ -`
    /// @param version `major.minor` or `major.minor.patch`, at most 32 bytes
    /// @param documentHash SHA-256 of the canonical methodology document
    /// @param uri where the document can be had; at most 512 bytes
    function registerMethodology(
        string calldata methodologyId,
        string calldata version,
        bytes32 documentHash,
        string calldata uri,
        MethodologyTerms calldata terms
    ) external returns (bytes32 methodologyKey);

    /// @notice registered -> active
    function activateMethodology(bytes32 methodologyKey) external;

    /// @notice registered or active -> deprecated: no new project may use it, existing ones go on.
    function deprecateMethodology(bytes32 methodologyKey) external;

    function methodology(bytes32 methodologyKey) external view returns (Methodology memory);

    function methodologyKeyOf(string calldata methodologyId, string calldata version) external pure returns (bytes32);

    /// @notice True when the methodology is active and permits the project type.
    function permits(bytes32 methodologyKey, ProjectType projectType) external view returns (bool);
}
